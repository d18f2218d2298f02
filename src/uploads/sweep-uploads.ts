import { openFileLock } from "@reelay/object-store";
import type { Reception } from "./reception.ts";
import type { UploadFiles } from "./upload-files.ts";

export interface SweptUploads {
  /** Complete uploads that had not been reported. */
  received: string[];
  /** Expired uploads, whose bytes were removed. */
  removed: string[];
  /** Complete uploads whose `onReceived` failed again; kept regardless of age. */
  failed: { uploadId: string; error: unknown }[];
}

/** Completes work that a crash interrupted, and removes expired uploads. Safe to run in several processes. */
export async function sweepUploads(
  files: UploadFiles,
  reception: Reception,
  now: Date,
  onTerminated: (uploadId: string) => Promise<void> = () => Promise.resolve(),
): Promise<SweptUploads> {
  const swept: SweptUploads = { received: [], removed: [], failed: [] };
  for (const uploadId of await files.list()) {
    const end = await files.end(uploadId);
    const expiresAt = (end ?? (await files.record(uploadId)))?.expiresAt;
    try {
      if (end?.outcome === "terminated") await onTerminated(uploadId);
      if (end === null && (await reception.receive(uploadId))) swept.received.push(uploadId);
      else if (expiresAt !== undefined && new Date(expiresAt) <= now && (await removeIfIdle(files, uploadId)))
        swept.removed.push(uploadId);
    } catch (error) {
      swept.failed.push({ uploadId, error });
    }
  }
  return swept;
}

/** False while a request is writing to the upload; the next sweep will find it. */
async function removeIfIdle(files: UploadFiles, uploadId: string): Promise<boolean> {
  const lock = openFileLock(files.path(uploadId, ".lock"));
  try {
    if (!lock.tryLock()) return false;
    await files.remove(uploadId);
    return true;
  } finally {
    lock.close();
  }
}
