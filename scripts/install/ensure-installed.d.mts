export function ensureInstalled(root?: string): Promise<string>;
export function findNode(root: string): string;
