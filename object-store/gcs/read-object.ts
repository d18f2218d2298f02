import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Bucket } from "@google-cloud/storage";
import { ObjectNotFoundError, PreconditionFailedError } from "../errors.ts";
import type { ReadOptions, StoredObject } from "../object-store.ts";
import { notFound, parseMetadata, statusOf } from "./metadata.ts";

export async function headObject(bucket: Bucket, key: string): Promise<StoredObject | null> {
  try {
    const [metadata] = await bucket.file(key).getMetadata();
    return parseMetadata(key, metadata);
  } catch (error) {
    if (statusOf(error) === notFound) return null;
    throw error;
  }
}

/** Metadata and bytes of one generation; begins again when it is replaced in between. */
export async function readObject(
  bucket: Bucket,
  key: string,
  options: ReadOptions,
): Promise<{ object: StoredObject; body: Readable }> {
  const { of } = options;
  if (of !== undefined) {
    options.signal?.throwIfAborted();
    const body = await openBody(bucket, of, options);
    if (body === null) throw new PreconditionFailedError(key, of.generation);
    return { object: of, body };
  }
  for (;;) {
    options.signal?.throwIfAborted();
    const object = await headObject(bucket, key);
    if (object === null) throw new ObjectNotFoundError(key);
    const body = await openBody(bucket, object, options);
    if (body !== null) return { object, body };
  }
}

/** Null when that generation is gone. */
async function openBody(bucket: Bucket, object: StoredObject, { start = 0, end, signal }: ReadOptions) {
  const last = Math.min(end ?? Number.POSITIVE_INFINITY, object.sizeBytes - 1);
  if (start > last) return Readable.from([]);
  const isWhole = start === 0 && last === object.sizeBytes - 1;
  const source = bucket
    .file(object.key, { generation: object.generation })
    // A sum over the whole says nothing about a part.
    .createReadStream({
      decompress: false,
      ...(isWhole ? { validation: "crc32c" } : { start, end: last, validation: false }),
    });
  const body = new PassThrough();
  const flowing = pipeline(source, body, signal === undefined ? {} : { signal });
  // Failures later on reach whoever reads the body.
  flowing.catch(() => {});
  try {
    // Not "response", which also announces a refusal.
    await once(body, "readable");
    return body;
  } catch (error) {
    body.on("error", () => {}).destroy();
    if (statusOf(error) === notFound) return null;
    throw error;
  }
}
