import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FileStore } from "@tus/file-store";
import { ERRORS } from "@tus/server";
import { refusals } from "./upload-errors.ts";
import type { UploadFiles } from "./upload-files.ts";

export interface DiskStoreHooks {
  /** Told often, while bytes are written, how many are there: it must be quick. */
  onGrown?: (uploadId: string, storedBytes: number) => void;
  /** Its client gave the upload up. */
  onTerminated?: (uploadId: string) => Promise<void>;
}

/**
 * tus's file store, with three things mended: a full disk is told from other failures, no write is under way once `write` returns, and an
 * upload that its client gave up is remembered as such.
 */
export class DiskStore extends FileStore {
  private readonly files: UploadFiles;
  private readonly hooks: DiskStoreHooks;

  constructor(files: UploadFiles, hooks: DiskStoreHooks = {}) {
    super({ directory: files.directory });
    this.files = files;
    this.hooks = hooks;
    // Only the API creates uploads, always with their length.
    this.extensions = ["termination"];
  }

  override async write(body: Readable, uploadId: string, offset: number): Promise<number> {
    const { storage } = await this.getUpload(uploadId);
    if (storage === undefined) throw new Error(`Upload "${uploadId}" has no file.`);
    const file = createWriteStream(storage.path, { flags: "r+", start: offset });
    const look = () => this.hooks.onGrown?.(uploadId, offset + file.bytesWritten);
    body.on("data", look);
    try {
      await pipeline(body, file);
    } catch (error) {
      const isFull =
        error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT"].includes(String(error.code));
      throw isFull ? { status_code: refusals.full.status, body: refusals.full.code } : error;
    } finally {
      // The upload's lock is given up next; a late write would land among the next holder's.
      if (!file.closed) await once(file, "close");
      body.off("data", look);
      look();
    }
    return offset + file.bytesWritten;
  }

  override async remove(uploadId: string): Promise<void> {
    const record = await this.files.record(uploadId);
    if (record === null) throw ERRORS.FILE_NOT_FOUND;
    await this.files.markEnded(uploadId, {
      outcome: "terminated",
      sizeBytes: record.size,
      expiresAt: record.expiresAt,
    });
    await this.hooks.onTerminated?.(uploadId);
  }
}
