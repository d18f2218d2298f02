import { Readable } from "node:stream";
import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { toSafeFilename } from "../upload-addresses/index.ts";
import { formErrors } from "./form-error.ts";
import type { FormFile } from "./read-form.ts";

export interface StoredFile {
  objectKey: string;
  filename: string;
  contentType: string | null;
  sizeBytes: number;
}

/**
 * Streams a form's file to the video's source object at the store's pace: only a few buffers are in memory. A
 * failure leaves no object. Throws `FormError` for an empty or too large file, and the store's own errors.
 */
export async function storeFile(
  store: ObjectStore,
  videoId: string,
  file: FormFile,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<StoredFile> {
  const { filename, contentType, objectKey } = nameFile(videoId, file);
  const counted = { sizeBytes: 0 };
  const body = Readable.from(countBytes(file.bytes, counted, maxBytes), { objectMode: false });
  await store.put(objectKey, body, {
    contentType: contentType ?? "application/octet-stream",
    ifGenerationMatch: "0",
    signal,
  });
  if (counted.sizeBytes > 0) return { objectKey, filename, contentType, ...counted };
  await store.delete(objectKey);
  throw formErrors.fileIsEmpty();
}

/** Reads the file to its end and stores nothing: a repeat. */
export async function passFile(
  videoId: string,
  file: FormFile,
  { maxBytes }: { maxBytes: number },
): Promise<StoredFile> {
  const counted = { sizeBytes: 0 };
  for await (const _chunk of countBytes(file.bytes, counted, maxBytes));
  return { ...nameFile(videoId, file), ...counted };
}

function nameFile(videoId: string, { filename: given, contentType: type }: FormFile) {
  const filename = toSafeFilename(given ?? "");
  const contentType = type?.replaceAll("\0", "").slice(0, 200) ?? null;
  return { filename, contentType, objectKey: objectKeys.source(videoId, filename) };
}

async function* countBytes(bytes: Readable, counted: { sizeBytes: number }, maxBytes: number) {
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    counted.sizeBytes += chunk.length;
    if (counted.sizeBytes > maxBytes) throw formErrors.fileTooLarge(maxBytes);
    yield chunk;
  }
}
