import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { type Architecture, syscallNumbers } from "../seccomp/syscalls.ts";

/** The version of the kernel's Landlock; 0 where it has none, or where it is switched off. */
export async function readLandlockAbi(perl: string, architecture: Architecture): Promise<number> {
  const { landlock_create_ruleset: number } = syscallNumbers[architecture];
  const { stdout } = await promisify(execFile)(perl, ["-e", `print syscall(${number}, 0, 0, 1)`], {
    env: {},
  });
  return Math.max(0, Number(stdout));
}

/** Ends every process of a user, in one call of the kernel: none escapes by starting others. */
export async function endProcessesOf(perl: string, identity: { uid: number; gid: number }): Promise<void> {
  const child = spawn(perl, ["-e", "kill KILL => -1"], { ...identity, env: {}, stdio: "ignore" });
  await once(child, "close");
}
