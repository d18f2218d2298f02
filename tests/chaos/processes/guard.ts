import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** The folder of a run, with a process that cleans it up. */
export interface Guard extends AsyncDisposable {
  folder: string;
}

/**
 * Creates the run's folder. Disposing kills the processes in it and removes it; so does any end of this
 * process.
 */
export async function openGuard(): Promise<Guard> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "reelay-chaos-")));
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "guard-process.ts"), folder], {
    cwd: "/",
    // A separate session: Ctrl-C in the terminal must not reach it.
    detached: true,
    stdio: ["pipe", "inherit", "inherit"],
  });
  const exited = once(child, "exit");
  return {
    folder,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
