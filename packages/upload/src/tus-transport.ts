import { type DetailedError, Upload } from "tus-js-client";
import { refusal, UploadError } from "./errors.ts";
import type { Transport, TransportOptions, UploadFile } from "./transport.ts";

/** tus-js-client buffers a chunk in memory under Node. Browsers stream files, so one request is enough. */
const NODE_CHUNK_BYTES = 8 * 1024 * 1024;
const isBrowser = typeof XMLHttpRequest === "function";

/** tus 1.0 to an upload created by the API. https://tus.io/protocols/resumable-upload */
export const createTusTransport = (
  file: UploadFile,
  { url, chunkBytes = isBrowser ? Number.POSITIVE_INFINITY : NODE_CHUNK_BYTES }: TransportOptions,
): Transport => ({
  send: (onOffset, signal) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      const fail = (error: unknown) => {
        signal.removeEventListener("abort", stop);
        reject(error);
      };
      const upload = new Upload(file, {
        uploadUrl: url,
        uploadSize: file.size,
        chunkSize: chunkBytes,
        // Retries and resuming after a reload are the same for all protocols, so tus-js-client does neither.
        retryDelays: null,
        storeFingerprintForResuming: false,
        ...(!isBrowser && { fileReader: { openFile: async () => blobSource(file) } }),
        onAfterResponse: (request, response) => {
          const length = response.getHeader("Upload-Length");
          if (request.getMethod() === "HEAD" && length !== undefined && Number(length) !== file.size)
            throw sizeMismatch(file.size, Number(length));
        },
        onProgress: onOffset,
        onSuccess: () => {
          signal.removeEventListener("abort", stop);
          resolve();
        },
        onError: (error) => fail(toUploadError(error)),
      });
      const stop = () => {
        void upload.abort();
        fail(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
      upload.start();
    }),
});

/** tus-js-client's own reader does not accept a Blob under Node. */
const blobSource = (file: Blob) => ({
  size: file.size,
  slice: async (start: number, end: number) => {
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    // It reads the size like a Blob's.
    return { value: Object.assign(bytes, { size: bytes.length }), done: end >= file.size };
  },
  close: () => {},
});

const sizeMismatch = (sizeBytes: number, expectedBytes: number) =>
  new UploadError(
    "SIZE_MISMATCH",
    `The file has ${sizeBytes} bytes, but the upload was created for ${expectedBytes}: choose the same file, or create a new upload.`,
  );

function toUploadError(error: Error | DetailedError): Error {
  const cause = "causingError" in error ? error.causingError : error;
  if (cause instanceof UploadError) return cause;
  const response = "originalResponse" in error ? error.originalResponse : null;
  if (response) {
    return refusal(response.getStatus(), response.getBody() ?? "", response.getHeader("Retry-After") ?? null);
  }
  return new UploadError("NETWORK_ERROR", `The upload server cannot be reached: ${error.message}`, {
    isRetriable: true,
    cause: error,
  });
}
