/**
 * Starts PostgreSQL's programs silently, in their own process group, without environment variables that
 * affect them.
 */
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
 * Uses a separate session: Ctrl-C in a terminal signals the whole foreground group, but Postgres must outlive
 * the API, which still finishes its work.
 */
export function spawnProgram(
  command: readonly string[],
  { owner, stdio, signal }: SpawnOptions,
): ChildProcess {
  const [program = "", ...args] = command;
  // setpriv changes the user itself; otherwise Node does.
  const identity = owner !== undefined && program !== "setpriv" ? owner : {};
  return spawn(program, args, {
    ...identity,
    ...(signal && { signal }),
    // The program's user may not be allowed to enter our working folder.
    cwd: "/",
    detached: true,
    env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    stdio: stdio ?? ["ignore", "pipe", "pipe"],
  });
}

/** Runs a program to its end; `code` is null if a signal ended it. */
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

/** True if the process runs. A zombie does not count. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await startTime(pid)) !== undefined;
}

/** The start time of a living process in the system's own format; undefined if there is no such process. */
export async function startTime(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    if (stat === undefined) return undefined;
    // The command name in parentheses may contain spaces. After it: state (field 3) … starttime (field 22).
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
