import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StoreUnavailableError } from "../errors.ts";
import { openFileLock } from "../file-lock.ts";
import type { StoreLock } from "./store-lock.ts";

/** One running store's folder for partially written files. */
export interface Scratch extends AsyncDisposable {
  newPath(): string;
}

const LOCK_SUFFIX = ".lock";

/**
 * Opens a scratch folder and removes those of dead stores. A store is alive as long as it holds its own lock:
 * no age has to be guessed, and a slow writer in another process is safe.
 */
export async function openScratch(root: string, storeLock: StoreLock): Promise<Scratch> {
  mkdirSync(root, { recursive: true });
  const folder = join(root, randomUUID());
  // Held from opening to locking: otherwise another starting store could consider this one dead.
  const alive = await storeLock.exclusively(() => {
    const lock = openFileLock(folder + LOCK_SUFFIX);
    try {
      lock.tryLock();
      mkdirSync(folder);
      removeDead(root);
      return lock;
    } catch (error) {
      lock.close();
      rmSync(folder + LOCK_SUFFIX, { force: true });
      throw error;
    }
  });
  return {
    newPath: () => join(folder, randomUUID()),
    async [Symbol.asyncDispose]() {
      try {
        await storeLock.exclusively(() => {
          rmSync(folder, { recursive: true, force: true });
          alive.close();
          rmSync(folder + LOCK_SUFFIX, { force: true });
        });
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        // The next start removes the folder.
        alive.close();
      }
    },
  };
}

function removeDead(root: string): void {
  for (const name of readdirSync(root)) {
    if (!name.endsWith(LOCK_SUFFIX)) continue;
    const path = join(root, name);
    const lock = openFileLock(path);
    const isDead = lock.tryLock();
    if (isDead) rmSync(path.slice(0, -LOCK_SUFFIX.length), { recursive: true, force: true });
    lock.close();
    if (isDead) rmSync(path, { force: true });
  }
}
