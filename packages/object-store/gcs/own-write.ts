import { randomUUID } from "node:crypto";
import { CRC32C, type FileMetadata } from "@google-cloud/storage";
import { cacheControlOf } from "../cache-control.ts";
import { contentTypeOf } from "../content-type.ts";
import type { PutOptions } from "../object-store.ts";

/**
 * Metadata key that identifies the write, so that a writer whose answer was lost recognizes its own object.
 */
const WRITE_TAG = "reelay-write";

/** Tracks the bytes of one write, to be compared with the stored object. */
export class OwnWrite {
  readonly key: string;
  readonly #tag = randomUUID();
  readonly #sum = new CRC32C();
  #sizeBytes = 0;

  constructor(key: string) {
    this.key = key;
  }

  add(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      this.#sum.update(Buffer.from(part.buffer, part.byteOffset, part.length));
      this.#sizeBytes += part.length;
    }
  }

  get crc32c(): string {
    return this.#sum.toString();
  }

  /** The object metadata to send. */
  metadata({ contentType = contentTypeOf(this.key), contentDisposition }: PutOptions) {
    return {
      name: this.key,
      contentType,
      cacheControl: cacheControlOf(this.key),
      metadata: { [WRITE_TAG]: this.#tag },
      ...(contentDisposition !== undefined && { contentDisposition }),
    };
  }

  /** True if this write stored the object. */
  isOf(stored: FileMetadata): boolean {
    return stored.metadata?.[WRITE_TAG] === this.#tag;
  }

  /** True if the object has exactly these bytes. */
  isWhole({ size, crc32c }: FileMetadata): boolean {
    return Number(size ?? 0) === this.#sizeBytes && (!crc32c || this.#sum.validate(crc32c));
  }
}
