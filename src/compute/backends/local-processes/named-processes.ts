import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A process that was started with a name as its `argv[0]`. */
interface NamedProcess {
  pid: number;
  name: string;
}

/**
 * The processes of this machine whose `argv[0]` begins with a prefix, including those of other parents: from
 * /proc on Linux, which needs no program, else from `ps`.
 */
export async function findProcesses(prefix: string): Promise<NamedProcess[]> {
  const all = process.platform === "linux" ? await fromProc() : await fromPs();
  return all.filter(({ name }) => name.startsWith(prefix));
}

async function fromProc(): Promise<NamedProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d{1,10}$/.test(name));
  const read = pids.map(async (pid) => {
    // It may have ended meanwhile; a zombie has an empty one.
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return { pid: Number(pid), name: line.split("\0", 1)[0] ?? "" };
  });
  return await Promise.all(read);
}

async function fromPs(): Promise<NamedProcess[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,command="]);
  return stdout.split("\n").flatMap((line) => {
    const [pid = "", name = ""] = line.trim().split(/\s{1,20}/, 2);
    return pid === "" ? [] : [{ pid: Number(pid), name }];
  });
}
