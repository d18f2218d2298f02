import { openFileLock } from "@reelay/object-store";
import type { Reception } from "./reception.ts";
import type { UploadFiles } from "./upload-files.ts";

export interface SweptUploads {
  /** Complete uploads that nobody had been told of. */
  received: string[];
  /** Expired: what was stored of them is gone. */
  removed: string[];
  /** Complete, but `onReceived` failed again; they are kept, however old. */
  failed: { uploadId: string; error: unknown }[];
}

/** Finishes what a crash left half done, and clears what expired. Safe to run in several processes. */
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
