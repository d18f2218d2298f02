import { chmod, chown, stat } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { isAbsolute, relative } from "node:path";

/**
 * Users without a name for programs if the worker is root: one per attempt, so that attempts are isolated
 * from each other. Below the range that containers map (65536), above the ids of people and services, and
 * different from the system's unprivileged user, which may own files.
 */
const FIRST_ID = 59_000;
const COUNT = 512;

/** `S_ISGID` of inode(7). */
const SET_GROUP_ID = 0o2000;

interface Holder {
  id: number;
  lock: Server;
  /** Number of its running programs. */
  running: number;
}

/** Paths that a program uses. */
type Touched = Record<"writable" | "readable" | "devices", readonly string[]>;

interface JailUser {
  /** User and group for a process; empty if the worker cannot switch users. */
  identity: { uid?: number; gid?: number };
  release(): Promise<void>;
}

export class JailUsers {
  /** Whether programs run as other users than the worker. */
  readonly canStepDown: boolean;
  readonly #afterLast: (identity: { uid: number; gid: number }) => Promise<void>;
  readonly #byDirectory = new Map<string, Holder>();
  readonly #held = new Set<number>();

  /** @param afterLast called when a user's last program has ended */
  constructor(canStepDown: boolean, afterLast: (identity: { uid: number; gid: number }) => Promise<void>) {
    this.canStepDown = canStepDown;
    this.#afterLast = afterLast;
  }

  /**
   * Assigns the folder to its attempt's user: the owner of an outer folder, else a new one. New files in it
   * get the user's group, so that programs can read the worker's files whatever its umask.
   */
  async adopt(directory: string): Promise<void> {
    if (!this.canStepDown) return;
    await this.#forgetRemoved();
    const holder = this.#holderOf([directory]) ?? (await this.#hold());
    this.#byDirectory.set(directory, holder);
    await chown(directory, holder.id, holder.id);
    await chmod(directory, SET_GROUP_ID | 0o770);
  }

  /**
   * The user of the program's writable folders, else one for this program alone. Devices and files with group
   * access are reached through their group.
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

  /** Attempts do not announce their end; their folders are then gone. */
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
    for (let id = FIRST_ID; id < FIRST_ID + COUNT; id += 1) {
      if (this.#held.has(id)) continue;
      this.#held.add(id);
      const lock = await lockId(id);
      if (lock) return { id, lock, running: 0 };
      this.#held.delete(id);
    }
    throw new Error(
      `All ${COUNT} users for programs are in use: more workers run on this machine than can be isolated from each other.`,
    );
  }

  #letGo({ id, lock }: Holder): void {
    lock.close();
    this.#held.delete(id);
  }
}

/**
 * Reserves an id among the workers of this machine: the process that listens on its abstract socket has it,
 * until the process ends.
 */
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
