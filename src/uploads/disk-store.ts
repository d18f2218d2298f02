import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { FileStore } from "@tus/file-store";
import { ERRORS, type Upload } from "@tus/server";
import { isFullDisk } from "../full-disk.ts";
import { openVerifier } from "./upload-checksum.ts";
import { refusals } from "./upload-errors.ts";
import type { UploadFiles } from "./upload-files.ts";

export interface DiskStoreHooks {
  /** Told often, while bytes are written, how many are there: it must be quick. */
  onGrown?: (uploadId: string, storedBytes: number) => void;
  /** Its client gave the upload up. */
  onTerminated?: (uploadId: string) => Promise<void>;
}

/**
 * tus's file store, with four things mended: a full disk is distinguished from other failures, bytes are checked by the checksum that came with them, no
 * write is under way once `write` returns, and an upload that its client gave up is remembered as such.
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

  /** Takes back what did not match its checksum, before a client asks how much is stored. */
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

/** The part of a chunk for which there is room is kept: a client resumes behind it. */
async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}
