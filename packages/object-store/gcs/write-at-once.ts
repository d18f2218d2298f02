import { randomUUID } from "node:crypto";
import type { FileMetadata } from "@google-cloud/storage";
import { PreconditionFailedError, StoreUnavailableError } from "../errors.ts";
import type { PutOptions } from "../object-store.ts";
import type { GcsClient } from "./client.ts";
import { lookUp } from "./look-up.ts";
import { type GcsObject, parseMetadata } from "./metadata.ts";
import { OwnWrite } from "./own-write.ts";
import { GcsRequestError, PRECONDITION_FAILED, statusOf } from "./request-error.ts";

/** Each lost round is another writer's success, so this many indicate a different problem. */
const ROUNDS = 50;

/**
 * Stores a body in one request. Every request carries a precondition, even for an unconditional write: an
 * abandoned request may arrive later and must not overwrite newer data. An unconditional write guesses the
 * generation (the last one known here, or none) and looks it up only when the guess was wrong.
 */
export async function writeAtOnce(
  gcs: GcsClient,
  key: string,
  parts: readonly Uint8Array[],
  options: PutOptions,
): Promise<GcsObject> {
  const { ifGenerationMatch, signal } = options;
  const write = new OwnWrite(key);
  write.add(parts);
  const metadata = { ...write.metadata(options), crc32c: write.crc32c };
  const settled = (stored: FileMetadata) => {
    const object = parseMetadata(key, stored);
    gcs.generations.remember(key, object.generation);
    return object;
  };
  const sizeBytes = parts.reduce((sum, { length }) => sum + length, 0);
  let generation = ifGenerationMatch ?? gcs.generations.guess(key);
  for (let round = 1; round <= ROUNDS; round += 1) {
    try {
      const stored = await gcs.retry(
        "write",
        key,
        signal,
        async () => {
          const answer = await gcs.transport.exchange(
            toRequest(gcs, { key, metadata, parts, generation, signal }),
          );
          const stored = answer.json as FileMetadata;
          // Truncated in transit but stored nevertheless: the next request finds and replaces it.
          if (!write.isWhole(stored))
            throw new GcsRequestError(`"${key}" was stored with other bytes than were sent`, {});
          return stored;
        },
        sizeBytes,
      );
      return settled(stored);
    } catch (error) {
      if (statusOf(error) !== PRECONDITION_FAILED) throw error;
    }
    const current = await lookUp(gcs, key, signal);
    const isOurs = current !== null && write.isOf(current);
    if (isOurs && write.isWhole(current)) return settled(current);
    if (!isOurs && ifGenerationMatch !== undefined) throw new PreconditionFailedError(key, ifGenerationMatch);
    generation = current === null ? "0" : parseMetadata(key, current).generation;
  }
  throw new StoreUnavailableError(
    `"${key}" was changed by others during each of ${ROUNDS} tries to write it.`,
    {
      retryAfterMs: null,
      cause: null,
    },
  );
}

function toRequest(
  gcs: GcsClient,
  write: {
    key: string;
    metadata: { contentType: string };
    parts: readonly Uint8Array[];
    generation: string;
    signal: AbortSignal | undefined;
  },
) {
  const { key, metadata, parts, generation, signal } = write;
  const boundary = randomUUID();
  const head = [
    `--${boundary}`,
    "content-type: application/json; charset=UTF-8",
    "",
    JSON.stringify(metadata),
    `--${boundary}`,
    `content-type: ${metadata.contentType}`,
    "",
    "",
  ].join("\r\n");
  return {
    method: "POST" as const,
    url: gcs.uploadUrl(key, "multipart", generation).href,
    headers: { "content-type": `multipart/related; boundary=${boundary}` },
    body: [Buffer.from(head), ...parts, Buffer.from(`\r\n--${boundary}--\r\n`)],
    signal,
  };
}
