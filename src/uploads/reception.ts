import type { UploadFiles } from "./upload-files.ts";

/**
 * Called with a complete upload; it may move the file. It must be idempotent: it is called again after a
 * failure, after a crash (the file may have been moved already) and, rarely, by two processes concurrently.
 */
export type OnReceived = (uploadId: string, path: string) => Promise<void>;

export interface Reception {
  /** True if all bytes are stored, now or earlier. */
  isComplete(uploadId: string): Promise<boolean>;
  /**
   * Hands over a complete upload unless that is done; rejects if `onReceived` does. False if bytes are
   * missing.
   */
  receive(uploadId: string): Promise<boolean>;
}

/**
 * Ensures that every complete upload is handed over once, no matter who detects it first: the last PATCH, a
 * later HEAD, or the sweep.
 */
export function createReception(files: UploadFiles, onReceived: OnReceived): Reception {
  const running = new Map<string, Promise<void>>();

  async function isComplete(uploadId: string): Promise<boolean> {
    // In this order: the end is written before the record goes.
    const record = await files.record(uploadId);
    const end = await files.end(uploadId);
    if (end !== null) return end.outcome === "received";
    if (record === null) return false;
    // The file is created before its record, so a missing file was moved by an `onReceived` whose end was not
    // recorded.
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
