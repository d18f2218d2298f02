import type { FileMetadata } from "@google-cloud/storage";
import { PreconditionFailedError } from "../errors.ts";
import type { PutOptions } from "../object-store.ts";
import type { Chunk } from "./chunks.ts";
import type { GcsClient } from "./client.ts";
import { lookUp } from "./look-up.ts";
import { type GcsObject, parseMetadata } from "./metadata.ts";
import { OwnWrite } from "./own-write.ts";
import { NOT_FOUND, PRECONDITION_FAILED, statusOf } from "./request-error.ts";
import { openSession, sendChunk } from "./upload-session.ts";

/**
 * The session is gone, or it stored other bytes than were sent. The body must be sent again from its
 * beginning.
 */
export class LostUploadError extends Error {}

const GONE = 410;

/**
 * Stores a body through a resumable session, one chunk at a time. A session completes only once, so a late
 * request changes nothing.
 */
export async function writeInChunks(
  gcs: GcsClient,
  key: string,
  { first, chunks }: { first: Chunk; chunks: AsyncIterator<Chunk> },
  options: PutOptions,
): Promise<GcsObject> {
  const { ifGenerationMatch, signal } = options;
  const write = new OwnWrite(key);
  const uri = await openSession(gcs, key, { metadata: write.metadata(options), ifGenerationMatch, signal });
  let chunk = first;
  for (;;) {
    write.add(chunk.parts);
    const answer = await sendChunk(gcs, { uri, key }, chunk, signal).catch((error: unknown) => {
      if (![PRECONDITION_FAILED, NOT_FOUND, GONE].includes(statusOf(error))) throw error;
      return statusOf(error);
    });
    if (answer !== null) return settle(gcs, write, { answer, isLast: chunk.isLast }, options);
    chunk = (await chunks.next()).value as Chunk;
  }
}

/** Evaluates the answer that ended the session: metadata or a status. */
async function settle(
  gcs: GcsClient,
  write: OwnWrite,
  { answer, isLast }: { answer: FileMetadata | number; isLast: boolean },
  { ifGenerationMatch, signal }: PutOptions,
): Promise<GcsObject> {
  const { key } = write;
  // Depending on the server, a completed session answers without the generation or not at all.
  const isComplete = typeof answer !== "number" && answer.generation !== undefined;
  const stored = isComplete ? answer : await lookUp(gcs, key, signal);
  if (stored !== null && write.isOf(stored)) {
    const object = parseMetadata(key, stored);
    // An emulator ends a session when asked for its size; the object then has the bytes so far.
    if (isLast && write.isWhole(stored)) {
      gcs.generations.remember(key, object.generation);
      return object;
    }
    await removeDamaged(gcs, object, signal);
    throw new LostUploadError(
      `Cloud Storage stored "${key}" with other bytes than were sent; they were removed.`,
    );
  }
  if (answer === PRECONDITION_FAILED && ifGenerationMatch !== undefined) {
    throw new PreconditionFailedError(key, ifGenerationMatch);
  }
  throw new LostUploadError(`Cloud Storage dropped the upload of "${key}" before its end.`);
}

function removeDamaged(gcs: GcsClient, { key, generation }: GcsObject, signal: AbortSignal | undefined) {
  return gcs.retry("remove", key, signal, async () => {
    await gcs.bucket
      .file(key)
      .delete({ ifGenerationMatch: generation })
      .catch((error: unknown) => {
        if (![NOT_FOUND, PRECONDITION_FAILED].includes(statusOf(error))) throw error;
      });
  });
}
