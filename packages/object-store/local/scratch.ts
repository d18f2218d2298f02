import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openFileLock } from "../file-lock.ts";
import type { StoreLock } from "./store-lock.ts";

/** A folder for half-written files, of one running store. */
export interface Scratch extends AsyncDisposable {
  newPath(): string;
}

const lockSuffix = ".lock";

/**
 * Opens a scratch folder and removes those of stores that died. A store is alive as long as it holds its own lock, so no age has to be
 * guessed and a slow writer in another process is safe.
 */
export async function openScratch(root: string, storeLock: StoreLock): Promise<Scratch> {
  mkdirSync(root, { recursive: true });
  const folder = join(root, randomUUID());
  // Under the store's lock, from opening to holding: else another store that is starting could take this one for dead.
  const alive = await storeLock.exclusively(() => {
    const lock = openFileLock(folder + lockSuffix);
    try {
      lock.tryLock();
      mkdirSync(folder);
      removeDead(root);
      return lock;
    } catch (error) {
      lock.close();
      rmSync(folder + lockSuffix, { force: true });
      throw error;
    }
  });
  return {
    newPath: () => join(folder, randomUUID()),
    [Symbol.asyncDispose]: () =>
      storeLock.exclusively(() => {
        rmSync(folder, { recursive: true, force: true });
        alive.close();
        rmSync(folder + lockSuffix, { force: true });
      }),
  };
}

function removeDead(root: string): void {
  for (const name of readdirSync(root)) {
    if (!name.endsWith(lockSuffix)) continue;
    const path = join(root, name);
    const lock = openFileLock(path);
    const isDead = lock.tryLock();
    if (isDead) rmSync(path.slice(0, -lockSuffix.length), { recursive: true, force: true });
    lock.close();
    if (isDead) rmSync(path, { force: true });
  }
}
