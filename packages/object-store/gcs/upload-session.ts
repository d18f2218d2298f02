import type { FileMetadata } from "@google-cloud/storage";
import { type Chunk, partsFrom } from "./chunks.ts";
import type { GcsClient } from "./client.ts";
import { GcsRequestError } from "./request-error.ts";
import type { GcsResponse } from "./transport.ts";

interface SessionOptions {
  metadata: { contentType: string; cacheControl: string };
  ifGenerationMatch?: string | undefined;
  /** The exact number of bytes to send. Default: any number. */
  sizeBytes?: number;
  /** The site whose pages may use the session. */
  origin?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The URI of a new resumable session, which is also its authorization
 * (https://cloud.google.com/storage/docs/performing-resumable-uploads).
 */
export async function openSession(
  gcs: GcsClient,
  key: string,
  { metadata, ifGenerationMatch, sizeBytes, origin, signal }: SessionOptions,
): Promise<string> {
  return gcs.retry("open an upload of", key, signal, async () => {
    const { headers } = await gcs.transport.exchange({
      method: "POST",
      url: gcs.uploadUrl(key, "resumable", ifGenerationMatch).href,
      headers: {
        "content-type": "application/json; charset=UTF-8",
        "x-upload-content-type": metadata.contentType,
        ...(sizeBytes !== undefined && { "x-upload-content-length": String(sizeBytes) }),
        ...(origin !== undefined && { origin }),
      },
      body: [Buffer.from(JSON.stringify(metadata))],
      signal,
    });
    if (typeof headers.location === "string") return headers.location;
    throw new GcsRequestError(`The upload of "${key}" was opened without an address`, {});
  });
}

/**
 * Sends one chunk. Whenever an answer is lost, asks the server how much has arrived.
 *
 * @returns the object's metadata as returned by the server once the upload is complete; null while more is
 * expected.
 */
export async function sendChunk(
  gcs: GcsClient,
  session: { uri: string; key: string },
  chunk: Chunk,
  signal: AbortSignal | undefined,
): Promise<FileMetadata | null> {
  const { uri, key } = session;
  const retries = gcs.retries("write", key, signal, chunk.end - chunk.start);
  const put = (contentRange: string, body: readonly Uint8Array[]) =>
    gcs.transport.exchange({
      method: "PUT",
      url: uri,
      headers: { "content-range": contentRange },
      body,
      signal,
    });
  const total = chunk.isLast ? String(chunk.end) : "*";
  let at = chunk.start;
  let isKnown = true;
  for (;;) {
    try {
      const answer = isKnown
        ? await put(
            at === chunk.end ? `bytes */${total}` : `bytes ${at}-${chunk.end - 1}/${total}`,
            partsFrom(chunk, at),
          )
        : await put("bytes */*", []);
      if (answer.status !== 308) return answer.json as FileMetadata;
      const persisted = endOf(answer);
      if (persisted < at || persisted > chunk.end) {
        throw new GcsRequestError(
          `The upload of "${key}" is at byte ${persisted}, not between ${at} and ${chunk.end}`,
          {
            status: 410,
          },
        );
      }
      retries.progressed(persisted - at);
      const isStuck = isKnown && persisted === at;
      at = persisted;
      isKnown = true;
      if (at === chunk.end && !chunk.isLast) return null;
      if (isStuck) throw new GcsRequestError(`The upload of "${key}" does not get beyond byte ${at}`, {});
    } catch (error) {
      await retries.failed(error);
      isKnown = false;
    }
  }
}

/** The number of bytes that the server has stored. */
const endOf = ({ headers }: GcsResponse): number => {
  const last = /^bytes=0-(\d+)$/.exec(String(headers["range"] ?? ""))?.[1];
  return last === undefined ? 0 : Number(last) + 1;
};
