/** Chunks to a resumable session URI. https://cloud.google.com/storage/docs/performing-resumable-uploads */
import { refusal, UploadError } from "./errors.ts";
import { type PutAnswer, put } from "./put.ts";
import type { Transport, TransportOptions, UploadFile } from "./transport.ts";

/** Every chunk but the last is a multiple of this. */
const CHUNK_UNIT_BYTES = 256 * 1024;
const DEFAULT_CHUNK_BYTES = 32 * CHUNK_UNIT_BYTES;

export function createGcsTransport(
  file: UploadFile,
  { url, chunkBytes = DEFAULT_CHUNK_BYTES }: TransportOptions,
): Transport {
  const step = Math.max(1, Math.floor(chunkBytes / CHUNK_UNIT_BYTES)) * CHUNK_UNIT_BYTES;

  const ask = (signal: AbortSignal) =>
    put(url, null, { "content-range": `bytes */${file.size}` }, { signal });

  return {
    async send(onOffset, signal, isFresh) {
      // Of bytes that are there already Cloud Storage takes no notice, and its emulator takes this question for the end.
      let offset = isFresh ? 0 : receivedBytes(await ask(signal), file.size);
      onOffset(offset);
      while (offset < file.size) {
        const end = Math.min(offset + step, file.size);
        const start = offset;
        const answer = await put(
          url,
          file.slice(start, end),
          { "content-range": `bytes ${start}-${end - 1}/${file.size}` },
          { signal, onSent: (bytes) => onOffset(start + bytes) },
        );
        offset = receivedBytes(answer, file.size);
        if (offset <= start) throw nothingKept(answer, start);
        onOffset(offset);
      }
    },
  };
}

/** How much the store has, from the beginning. 308 without `Range` says: nothing. */
function receivedBytes({ status, range, body, retryAfter }: PutAnswer, sizeBytes: number): number {
  if (status === 200 || status === 201) return sizeBytes;
  if (status !== 308) throw refusal(status, body, retryAfter);
  const last = /^bytes=0-(\d+)$/.exec(range ?? "")?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

function nothingKept({ range }: PutAnswer, start: number): UploadError {
  const isHidden = range === null && start === 0 && typeof document === "object";
  return new UploadError(
    isHidden ? "RANGE_HIDDEN" : "OFFSET_CONFLICT",
    isHidden
      ? "Cloud Storage took a chunk, but this page may not read how much it has: add Range to responseHeader in the bucket's CORS settings."
      : `Cloud Storage kept nothing of the bytes from ${start} on; the session is asked again.`,
    { status: 308, isRetriable: !isHidden },
  );
}
