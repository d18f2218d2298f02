/**
 * Sends chunks to a resumable session URI. https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
import { refusal, UploadError } from "./errors.ts";
import { type PutAnswer, put } from "./put.ts";
import type { Transport, TransportOptions, UploadFile } from "./transport.ts";

/** The size of every chunk except the last is a multiple of this. */
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
      // Cloud Storage ignores bytes that it already has; its emulator mistakes this question for the end of
      // the upload.
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

/** The number of stored bytes, from the beginning. 308 without `Range` means none. */
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
      ? "Cloud Storage accepted a chunk, but this page may not read the stored size: add Range to responseHeader in the bucket's CORS settings."
      : `Cloud Storage stored none of the bytes from ${start} on; the offset is requested again.`,
    { status: 308, isRetriable: !isHidden },
  );
}
