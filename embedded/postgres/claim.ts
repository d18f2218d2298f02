/** Ownership of a folder: at most one living process owns it, and a dead owner never blocks the next. */
import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { startTime } from "./processes.ts";

export interface Claim extends AsyncDisposable {
  readonly file: string;
}

interface Owner {
  pid: number;
  /** Distinguishes the process from a later one with the same pid. */
  startedAt: string;
}

/** A living process owns the folder. */
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
 * Node has no file locks, so a claim is a small file that names its owner. It appears complete: it is written
 * under another name and then linked, which fails if a claim exists. A stale claim is moved away before it is
 * replaced, so only one of two processes that find it stale moves it.
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
  // Another process was faster and created its own claim between our read and our move: restore it.
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
