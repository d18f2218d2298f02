import { chmod, chown, stat } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { isAbsolute, relative } from "node:path";

/**
 * Users without a name that programs run as where the worker is root: one for each attempt, so that attempts cannot reach each other. Below what containers
 * can map (65536), above what systems give to people and services, and not `nobody`, who may own things.
 */
const firstId = 59_000;
const count = 512;

/** `S_ISGID` of inode(7). */
const setGroupId = 0o2000;

interface Holder {
  id: number;
  lock: Server;
  /** Programs of it that run. */
  running: number;
}

/** What a program touches. */
type Touched = Record<"writable" | "readable" | "devices", readonly string[]>;

interface JailUser {
  /** What a process is started with; empty where the worker cannot step down. */
  identity: { uid?: number; gid?: number };
  release(): Promise<void>;
}

export class JailUsers {
  /** Whether programs run as others than the worker does. */
  readonly canStepDown: boolean;
  readonly #afterLast: (identity: { uid: number; gid: number }) => Promise<void>;
  readonly #byDirectory = new Map<string, Holder>();
  readonly #held = new Set<number>();

  /** @param afterLast called when no program of a user runs any more */
  constructor(canStepDown: boolean, afterLast: (identity: { uid: number; gid: number }) => Promise<void>) {
    this.canStepDown = canStepDown;
    this.#afterLast = afterLast;
  }

  /**
   * Gives the folder to its attempt's user: the one who has a folder around it, else a new one. What is made in it gets the user's group, so that programs may
   * read what the worker writes, whatever its umask keeps from others.
   */
  async adopt(directory: string): Promise<void> {
    if (!this.canStepDown) return;
    await this.#forgetRemoved();
    const holder = this.#holderOf([directory]) ?? (await this.#hold());
    this.#byDirectory.set(directory, holder);
    await chown(directory, holder.id, holder.id);
    await chmod(directory, setGroupId | 0o770);
  }

  /**
   * The user of the folders that a program writes, else one for this program alone. Devices and files that only their group may use are reached through
   * that group.
   */
  async acquire({ writable, readable, devices }: Touched): Promise<JailUser> {
    if (!this.canStepDown) return { identity: {}, release: () => Promise.resolve() };
    const known = this.#holderOf(writable);
    const holder = known ?? (await this.#hold());
    const { id } = holder;
    const gid = (await groupOf(devices, 0o6)) ?? (await groupOf(readable, 0o4)) ?? id;
    holder.running += 1;
    return {
      identity: { uid: id, gid },
      release: async () => {
        holder.running -= 1;
        if (holder.running > 0) return;
        await this.#afterLast({ uid: id, gid });
        if (!known) this.#letGo(holder);
      },
    };
  }

  #holderOf(paths: readonly string[]): Holder | undefined {
    for (const [directory, holder] of this.#byDirectory)
      if (paths.some((path) => isWithin(directory, path))) return holder;
    return undefined;
  }

  /** Attempts say nothing at their end; their folders are gone then. */
  async #forgetRemoved(): Promise<void> {
    for (const [directory, holder] of [...this.#byDirectory]) {
      if (
        await stat(directory).then(
          () => true,
          () => false,
        )
      )
        continue;
      this.#byDirectory.delete(directory);
      if (holder.running === 0 && ![...this.#byDirectory.values()].includes(holder)) this.#letGo(holder);
    }
  }

  async #hold(): Promise<Holder> {
    for (let id = firstId; id < firstId + count; id += 1) {
      if (this.#held.has(id)) continue;
      this.#held.add(id);
      const lock = await lockId(id);
      if (lock) return { id, lock, running: 0 };
      this.#held.delete(id);
    }
    throw new Error(
      `All ${count} users that programs run as are taken: more workers run on this machine than it can keep apart.`,
    );
  }

  #letGo({ id, lock }: Holder): void {
    lock.close();
    this.#held.delete(id);
  }
}

/** Other workers on this machine use the same ids: whoever listens on an id's abstract socket has it, until its process ends. */
async function lockId(id: number): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  const isListening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(`\0reelay-jail-user-${id}`, () => resolve(true));
  });
  server.unref();
  return isListening ? server : null;
}

const isWithin = (directory: string, path: string): boolean => {
  const way = relative(directory, path);
  return !isAbsolute(way) && way !== ".." && !way.startsWith("../");
};

async function groupOf(paths: readonly string[], access: number): Promise<number | undefined> {
  for (const path of paths) {
    const { mode, gid } = await stat(path);
    if ((mode & access) !== access && ((mode >> 3) & access) === access) return gid;
  }
  return undefined;
}
