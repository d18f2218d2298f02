import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, rm } from "node:fs/promises";
import path from "node:path";

/** The store's folder, which can run full if a small disk could be mounted on it. */
export interface StoreVolume extends AsyncDisposable {
  /** Path for the processes of the system. */
  directory: string;
  /** Path for this process: only the system's processes see the small disk. */
  view: string;
  /** Command prefix that gives access to the disk; empty without one. */
  enter: readonly string[];
  /** The reason why there is no small disk; undefined if there is one. */
  whyNotSmall: string | undefined;
  /** Fills the disk. Throws without a small disk. */
  fill(): Promise<void>;
  /** Frees the space again. */
  empty(): Promise<void>;
}

/**
 * Mounts a tmpfs on the store's folder in a separate mount namespace, which ends with the process that holds
 * it. No other process sees the mount or has to unmount it.
 */
export async function openStoreVolume(folder: string, sizeMiB: number): Promise<StoreVolume> {
  const directory = path.join(folder, "store");
  await mkdir(directory);
  // Root may lack the right to mount, as in most containers. A user namespace often grants it nevertheless.
  const asRoot = process.getuid?.() === 0 ? await holdMount(folder, directory, sizeMiB, "-m") : undefined;
  const holder =
    asRoot !== undefined && "child" in asRoot ? asRoot : await holdMount(folder, directory, sizeMiB, "-Urm");
  const view = "child" in holder ? `/proc/${holder.child.pid}/root${directory}` : directory;
  const ballast = path.join(view, ".chaos-ballast");
  return {
    directory,
    view,
    enter: "child" in holder ? enterCommand(holder, folder) : [],
    whyNotSmall: "child" in holder ? undefined : holder.reason,
    async fill() {
      if (!("child" in holder)) throw new Error(`The store cannot be filled: ${holder.reason}.`);
      await writeUntilFull(ballast);
    },
    empty: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      if ("child" in holder && holder.child.exitCode === null) {
        const exited = once(holder.child, "exit");
        holder.child.kill("SIGKILL");
        await exited;
      }
    },
  };
}

interface Holder {
  child: ChildProcess;
  /** True inside a user namespace. */
  hasUsers: boolean;
}

async function holdMount(
  folder: string,
  directory: string,
  sizeMiB: number,
  namespaces: "-m" | "-Urm",
): Promise<Holder | { reason: string }> {
  if (process.platform !== "linux") return { reason: "mount namespaces exist on Linux only" };
  const script = `mount -t tmpfs -o size=${sizeMiB}m,mode=0777 tmpfs "$0" && echo mounted && exec cat`;
  const child = spawn("unshare", [namespaces, "sh", "-c", script, directory], {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  child.once("error", (error) => (said += error.message));
  const answered = once(child.stdout, "data").then(() => true);
  const ended = once(child, "close").then(
    () => false,
    () => false,
  );
  if (await Promise.race([answered, ended])) return { child, hasUsers: namespaces === "-Urm" };
  return { reason: said.trim() || "unshare ended" };
}

const enterCommand = ({ child, hasUsers }: Holder, folder: string): string[] => [
  "nsenter",
  `--target=${child.pid}`,
  "--mount",
  ...(hasUsers ? ["--user", "--preserve-credentials"] : []),
  "sh",
  "-c",
  'cd "$0" && exec "$@"',
  folder,
];

export async function writeUntilFull(file: string): Promise<void> {
  const handle = await open(file, "a");
  try {
    // Ever smaller blocks, so that the last page is used too.
    for (const size of [1 << 20, 1 << 16, 1 << 12, 1 << 8, 1]) {
      const block = Buffer.alloc(size);
      for (;;) {
        const { bytesWritten } = await handle.write(block).catch((error: NodeJS.ErrnoException) => {
          if (error.code === "ENOSPC") return { bytesWritten: 0 };
          throw error;
        });
        if (bytesWritten < size) break;
      }
    }
  } finally {
    await handle.close();
  }
}
