import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { FileStore } from "@tus/file-store";
import { ERRORS, type Upload } from "@tus/server";
import { isFullDisk } from "../full-disk/index.ts";
import { openVerifier } from "./upload-checksum.ts";
import { refusals } from "./upload-errors.ts";
import type { UploadFiles } from "./upload-files.ts";

interface DiskStoreHooks {
  /** Called often with the stored size while bytes are written: must be fast. */
  onGrown?: (uploadId: string, storedBytes: number) => void;
  /** The client terminated the upload. */
  onTerminated?: (uploadId: string) => Promise<void>;
}

/**
 * tus's file store with four fixes: a full disk is distinguished from other failures, bytes are verified by
 * their checksum, no write is in progress once `write` returns, and a terminated upload is remembered as
 * such.
 */
export class DiskStore extends FileStore {
  private readonly files: UploadFiles;
  private readonly hooks: DiskStoreHooks;
  private readonly dropping = new Map<string, Promise<void>>();

  constructor(files: UploadFiles, hooks: DiskStoreHooks = {}) {
    super({ directory: files.directory });
    this.files = files;
    this.hooks = hooks;
    // Only the API creates uploads, always with their length.
    this.extensions = ["termination", "checksum"];
  }

  override async getUpload(uploadId: string): Promise<Upload> {
    await this.dropping.get(uploadId);
    return await super.getUpload(uploadId);
  }

  override async write(body: Readable, uploadId: string, offset: number): Promise<number> {
    const { storage } = await this.getUpload(uploadId);
    if (storage === undefined) throw new Error(`Upload "${uploadId}" has no file.`);
    const verifier = openVerifier();
    await using file = await open(storage.path, "r+");
    let end = offset;
    let isVerified = verifier === null;
    try {
      // Destroyed by us, the body would fail the request with the bare error, and before the file is closed.
      for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        await writeAll(file, chunk, end);
        end += chunk.length;
        verifier?.hash.update(chunk);
        // Unverified bytes must not be read.
        if (verifier === null) this.hooks.onGrown?.(uploadId, end);
      }
      isVerified ||= verifier?.isMet() ?? true;
    } catch (error) {
      throw isFullDisk(error) ? { status_code: refusals.full.status, body: refusals.full.code } : error;
    } finally {
      if (!isVerified) await this.drop(uploadId, file, offset);
    }
    if (!isVerified) throw { status_code: refusals.checksumMismatch.status, body: "" };
    this.hooks.onGrown?.(uploadId, end);
    return end;
  }

  /** Removes bytes that did not match their checksum, before a client asks for the offset. */
  private async drop(uploadId: string, file: FileHandle, offset: number): Promise<void> {
    const dropped = file.truncate(offset).finally(() => this.dropping.delete(uploadId));
    this.dropping.set(uploadId, dropped);
    await dropped;
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

/** Keeps the part of a chunk that fits: a client resumes after it. */
async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}
