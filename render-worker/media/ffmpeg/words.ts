/** A piece of a command line or a list, written as it is read: split at blanks. Nothing in it may contain one itself. */
export const words = (text: string): string[] => text.trim().split(/\s+/);
