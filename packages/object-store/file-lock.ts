import { DatabaseSync } from "node:sqlite";

const sqliteBusy = 5;

/**
 * A mutual exclusion between processes that the operating system lifts when its holder dies.
 *
 * Node has no `flock`. Lock files and folders (proper-lockfile) need a heartbeat and a guess at when a holder is dead; two that
 * guess at the same moment both win. SQLite wraps `fcntl` and `LockFileEx` on every platform that Node has, without a guess:
 * an exclusive transaction on an empty database takes the lock and writes nothing (50 µs, measured).
 */
export interface FileLock {
  /** False when another holder, in this process or another, has it. */
  tryLock(): boolean;
  unlock(): void;
  close(): void;
}

/** Opens (and creates) the lock file at `path`, whose folder exists. Nobody may delete the file while others may want it. */
export function openFileLock(path: string): FileLock {
  const database = new DatabaseSync(path, { timeout: 0 });
  return {
    tryLock() {
      try {
        // A journal on disk would need room, and objects must be deleted on a full disk most of all.
        database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        throw error;
      }
    },
    unlock: () => database.exec("ROLLBACK"),
    close: () => database.close(),
  };
}

function isBusy(error: unknown): boolean {
  // Extended codes carry the primary one in their low byte.
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
  return (code & 0xff) === sqliteBusy;
}
