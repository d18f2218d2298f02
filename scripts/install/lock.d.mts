export function withLock<T>(file: string, work: () => T | Promise<T>, onWait?: () => void): Promise<T>;
