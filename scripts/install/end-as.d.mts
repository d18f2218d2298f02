import type { SpawnOptions } from "node:child_process";

export function endAs(program: string, args: readonly string[], options: SpawnOptions): void;
