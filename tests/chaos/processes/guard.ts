import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** The folder that all of a run lives in, with a process that clears it away. */
export interface Guard extends AsyncDisposable {
  folder: string;
}

/** Makes the run's folder. Disposing kills what still runs in it and removes it; so does the end of this process, however it ends. */
export async function openGuard(): Promise<Guard> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "reelay-chaos-")));
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "guard-process.ts"), folder], {
    cwd: "/",
    // A session of its own: a Ctrl-C in the terminal is not meant for it.
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
