/** Starting PostgreSQL's programs: quietly, in a group of their own, with nothing of our environment that changes them. */
import { type ChildProcess, execFile, type StdioOptions, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

export interface SpawnOptions {
  owner: { uid: number; gid: number } | undefined;
  stdio?: StdioOptions;
  signal?: AbortSignal | undefined;
}

/**
 * Spawns `command[0]` with the rest as its arguments.
 *
 * In a session of its own: Ctrl-C in a terminal signals the whole foreground group, and Postgres must outlive the API,
 * which still finishes its work then.
 */
export function spawnProgram(
  command: readonly string[],
  { owner, stdio, signal }: SpawnOptions,
): ChildProcess {
  const [program = "", ...args] = command;
  // setpriv changes the user itself; without it, Node does.
  const identity = owner !== undefined && program !== "setpriv" ? owner : {};
  return spawn(program, args, {
    ...identity,
    ...(signal && { signal }),
    // The folder we were started from may be closed to the user that the program runs as.
    cwd: "/",
    detached: true,
    env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    stdio: stdio ?? ["ignore", "pipe", "pipe"],
  });
}

/** Runs a program until it ends; `code` is null when a signal ended it. */
export async function runToEnd(
  command: readonly string[],
  options: SpawnOptions,
): Promise<{ code: number | null; output: string }> {
  const child = spawnProgram(command, options);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** Whether a process runs; one that has ended and only waits to be reaped does not. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await startTime(pid)) !== undefined;
}

/** When a living process began, in whatever words the system has for it; undefined when there is no such process. */
export async function startTime(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    if (stat === undefined) return undefined;
    // The command name in parentheses may hold spaces; after it come state (field 3) … starttime (field 22).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return undefined;
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
    return `${boot.trim()}:${fields[19]}`;
  }
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
    return stdout.trim() === "" ? undefined : stdout.trim();
  } catch {
    return isAlive(pid) ? "alive" : undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
