import { randomUUID } from "node:crypto";
import { pipeline } from "node:stream/promises";
import type { Bucket, File } from "@google-cloud/storage";
import { contentTypeOf } from "../content-type.ts";
import { PreconditionFailedError } from "../errors.ts";
import type { PutBody, PutOptions, StoredObject } from "../object-store.ts";
import { parseMetadata, preconditionFailed, statusOf } from "./metadata.ts";
import { chunkBytes, takeBody } from "./small-body.ts";

/** Names the write in the object's own metadata, so that a writer can recognise its work. */
const writeTag = "reelay-write";

/**
 * Writes the whole object or nothing. The client sends again what failed (its strategy is RetryAlways): a conditional write is safe to repeat, and an
 * unconditional one means "these bytes, whatever was there", which a repeat does not change. Reading the generation first, to make every write
 * conditional, would cost a round trip and fail honest writers that race.
 */
export async function writeObject(
  bucket: Bucket,
  key: string,
  body: PutBody,
  options: PutOptions,
): Promise<StoredObject> {
  const { signal, ifGenerationMatch } = options;
  signal?.throwIfAborted();
  const tag = randomUUID();
  const file = bucket.file(key);
  try {
    await send(file, await takeBody(body, signal), tag, options);
    return parseMetadata(key, file.metadata);
  } catch (error) {
    if (statusOf(error) !== preconditionFailed || ifGenerationMatch === undefined) throw error;
    // The answer to an earlier try may have been lost: then the object that stands in the way is this very write.
    const current = await writtenBy(bucket.file(key), tag);
    if (current === null) throw new PreconditionFailedError(key, ifGenerationMatch);
    return parseMetadata(key, current);
  }
}

async function send(
  file: File,
  body: Awaited<ReturnType<typeof takeBody>>,
  tag: string,
  options: PutOptions,
) {
  const {
    contentType = contentTypeOf(file.name),
    cacheControl,
    contentDisposition,
    ifGenerationMatch,
  } = options;
  const { signal } = options;
  const settings = {
    validation: "crc32c",
    metadata: {
      contentType,
      metadata: { [writeTag]: tag },
      ...(cacheControl !== undefined && { cacheControl }),
      ...(contentDisposition !== undefined && { contentDisposition }),
    },
    ...(ifGenerationMatch !== undefined && { preconditionOpts: { ifGenerationMatch } }),
  };
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) return file.save(body, { ...settings, resumable: false });
  const upload = file.createWriteStream({ ...settings, resumable: true, chunkSize: chunkBytes });
  return pipeline(body, upload, signal === undefined ? {} : { signal });
}

async function writtenBy(file: File, tag: string) {
  const [metadata] = await file.getMetadata().catch(() => [null]);
  return metadata?.metadata?.[writeTag] === tag ? metadata : null;
}
