/** Finds the processes of a run: all of them work below its folder, whatever their parent is. */
import { readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";

export interface FoundProcess {
  pid: number;
  /** Name of the program. */
  program: string;
}

/**
 * The living processes whose working directory is `folder` or below it. A killed worker's encoder is found
 * even though it has no parent any more. Linux only: elsewhere the list is empty.
 */
export async function processesIn(folder: string): Promise<FoundProcess[]> {
  const entries = await readdir("/proc").catch((): string[] => []);
  const found = await Promise.all(
    entries.filter((entry) => /^\d+$/.test(entry)).map((entry) => lookAt(Number(entry), folder)),
  );
  return found.filter((one) => one !== undefined);
}

async function lookAt(pid: number, folder: string): Promise<FoundProcess | undefined> {
  // An ended process, or another user's, cannot be read.
  const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (workingDirectory === undefined) return undefined;
  if (workingDirectory !== folder && !workingDirectory.startsWith(`${folder}${path.sep}`)) return undefined;
  const program = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => undefined);
  return program === undefined ? undefined : { pid, program: program.trim() };
}

/** Sends a signal to a process, if it still exists. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Kills until no process is left: a killed process may have started another a moment before. */
export async function killAllIn(folder: string): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const found = await processesIn(folder);
    if (found.length === 0) return;
    for (const { pid } of found) signalProcess(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
