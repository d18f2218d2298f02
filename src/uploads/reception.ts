import type { UploadFiles } from "./upload-files.ts";

/**
 * Called with an upload whose bytes are all stored; it may move the file. It must be idempotent: it is called again after a failure, after
 * a crash (then the file may have been moved already) and, rarely, by two processes at once.
 */
export type OnReceived = (uploadId: string, path: string) => Promise<void>;

export interface Reception {
  /** True if all bytes are stored, now or earlier. */
  isComplete(uploadId: string): Promise<boolean>;
  /** Hands a complete upload on, unless that was done; rejects when `onReceived` does. False when bytes are missing. */
  receive(uploadId: string): Promise<boolean>;
}

/** Sees to it that every complete upload is handed on once, whoever notices it first: the last PATCH, a later HEAD, or the sweep. */
export function createReception(files: UploadFiles, onReceived: OnReceived): Reception {
  const running = new Map<string, Promise<void>>();

  async function isComplete(uploadId: string): Promise<boolean> {
    // In this order: the end is written before the record goes.
    const record = await files.record(uploadId);
    const end = await files.end(uploadId);
    if (end !== null) return end.outcome === "received";
    if (record === null) return false;
    // The file comes before its record, so one that is missing was taken by an `onReceived` whose end was not written yet.
    return [record.size, null].includes(await files.storedBytes(uploadId));
  }

  async function handOn(uploadId: string): Promise<void> {
    const record = await files.record(uploadId);
    const end = await files.end(uploadId);
    if (end !== null || record === null) return;
    await files.sync(uploadId);
    await onReceived(uploadId, files.path(uploadId));
    await files.markEnded(uploadId, {
      outcome: "received",
      sizeBytes: record.size,
      expiresAt: record.expiresAt,
    });
  }

  return {
    isComplete,
    async receive(uploadId) {
      const already = running.get(uploadId);
      if (already !== undefined) {
        await already;
        return true;
      }
      if (!(await isComplete(uploadId))) return false;
      const first = running.get(uploadId) ?? handOn(uploadId).finally(() => running.delete(uploadId));
      running.set(uploadId, first);
      await first;
      return true;
    },
  };
}
