import { DatabaseSync } from "node:sqlite";

const SQLITE_BUSY = 5;

/**
 * Mutual exclusion between processes. The operating system releases the lock when its holder dies.
 *
 * Node has no `flock`. Lock files and folders (proper-lockfile) need a heartbeat and a guess about when a
 * holder is dead; two processes that guess at the same moment both win. SQLite wraps `fcntl` and `LockFileEx`
 * on every platform that Node supports, without a guess: an exclusive transaction on an empty database takes
 * the lock and writes nothing (50 µs, measured).
 */
interface FileLock {
  /** False when another holder, in this process or another, has the lock. */
  tryLock(): boolean;
  unlock(): void;
  close(): void;
}

/**
 * Opens (and creates) the lock file at `path`, whose folder exists. The file must not be deleted while
 * another process may want it.
 */
export function openFileLock(path: string): FileLock {
  const database = new DatabaseSync(path, { timeout: 0 });
  return {
    tryLock() {
      try {
        // A journal on disk needs space, and deleting objects matters most on a full disk.
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
  // Extended codes carry the primary code in their low byte.
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
  return (code & 0xff) === SQLITE_BUSY;
}
