import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { openFileLock } from "@reelay/object-store";
import { ERRORS, type Lock, type Locker, type RequestRelease } from "@tus/server";
import type { UploadFiles } from "./upload-files.ts";

const POLL_MS = 50;

/**
 * One writer per upload among all API processes on this disk. The operating system releases the lock of a
 * dead process.
 *
 * A waiting process creates `{id}.wanted`, and the holder yields: a client that lost its connection and
 * resumes must not wait until the server notices that the old connection is dead.
 */
export function createUploadLocker(files: UploadFiles, acquireTimeoutMs: number): UploadLocker {
  const holders = new Set<RequestRelease>();
  return {
    newLock: (uploadId) => createUploadLock(files, uploadId, acquireTimeoutMs, holders),
    releaseAll() {
      for (const requestRelease of holders) void requestRelease();
    },
  };
}

interface UploadLocker extends Locker {
  /** Asks all holders in this process to yield. */
  releaseAll(): void;
}

function createUploadLock(
  files: UploadFiles,
  uploadId: string,
  acquireTimeoutMs: number,
  holders: Set<RequestRelease>,
): Lock {
  const wanted = files.path(uploadId, ".wanted");
  let release: (() => Promise<void>) | undefined;

  return {
    async lock(signal: AbortSignal, requestRelease: RequestRelease) {
      const lock = openFileLock(files.path(uploadId, ".lock"));
      try {
        const deadline = Date.now() + acquireTimeoutMs;
        while (!lock.tryLock()) {
          if (signal.aborted || Date.now() > deadline) throw ERRORS.ERR_LOCK_TIMEOUT;
          await writeFile(wanted, "");
          await delay(POLL_MS, undefined, { signal }).catch(() => {});
        }
      } catch (error) {
        lock.close();
        throw error;
      }
      // Meant for the holder before this one.
      await rm(wanted, { force: true });
      const watch = setInterval(() => existsSync(wanted) && void requestRelease(), POLL_MS);
      holders.add(requestRelease);
      release = async () => {
        holders.delete(requestRelease);
        clearInterval(watch);
        lock.unlock();
        lock.close();
      };
    },
    async unlock() {
      await release?.();
      release = undefined;
    },
  };
}
