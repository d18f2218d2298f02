/** Who owns a folder: at most one living process, and a dead owner never stands in the way of the next. */
import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { startTime } from "./processes.ts";

export interface Claim extends AsyncDisposable {
  readonly file: string;
}

interface Owner {
  pid: number;
  /** Tells the process from a later one that was given the same pid. */
  startedAt: string;
}

/** The folder is claimed by a living process. */
export class AlreadyClaimedError extends Error {
  readonly code = "ALREADY_CLAIMED";
  readonly pid: number;
  constructor(directory: string, pid: number) {
    super(`${directory} is in use by process ${pid}: stop that process, or choose another folder.`);
    this.pid = pid;
  }
}

/**
 * Makes this process the owner of `directory` until disposed, or throws {@link AlreadyClaimedError}.
 *
 * Node has no file locks, so a claim is a small file that names its owner. It appears whole (written aside, then linked
 * into place, which fails when one exists), and a stale one is moved away before it is replaced, so that of two
 * processes that find it stale only one moves it.
 */
export async function claimDirectory(directory: string, name = "owner.json"): Promise<Claim> {
  const file = path.join(directory, name);
  const mine = JSON.stringify({
    pid: process.pid,
    startedAt: (await startTime(process.pid)) ?? "",
  } satisfies Owner);
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, mine, { mode: 0o600 });
  try {
    while (!(await tryLink(aside, file))) {
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text === undefined) continue;
      const owner = await livingOwner(text);
      if (owner !== undefined) throw new AlreadyClaimedError(directory, owner.pid);
      await moveAway(file, text);
    }
  } finally {
    await rm(aside, { force: true });
  }
  return {
    file,
    async [Symbol.asyncDispose]() {
      await rm(file, { force: true });
    },
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function moveAway(file: string, seen: string): Promise<void> {
  const away = `${file}.${randomUUID()}`;
  await rename(file, away).catch(() => {});
  const moved = await readFile(away, "utf8").catch(() => undefined);
  // Another process was faster and put its own claim here between our look and our move: give it back.
  if (moved !== undefined && moved !== seen) await tryLink(away, file);
  await rm(away, { force: true });
}

async function livingOwner(text: string): Promise<Owner | undefined> {
  let owner: Owner;
  try {
    owner = JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
  const started = await startTime(owner.pid);
  return started !== undefined && started === owner.startedAt ? owner : undefined;
}
