/** Splits a part of a command line or a list at blanks. No word may contain one. */
export const words = (text: string): string[] => text.trim().split(/\s+/);
