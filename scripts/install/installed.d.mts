export function wantedState(root: string): string;
export function isInstalled(root: string, wanted?: string): boolean;
export function markInstalled(root: string): void;
