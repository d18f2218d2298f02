import type { UploadProtocol } from "../api/documents.ts";

export interface UploadOptions {
  /** `Video.upload.url`: it carries its own authorisation. */
  url: string;
  protocol: UploadProtocol;
  /** Bytes that have arrived, of all. */
  onProgress?: (sentBytes: number, sizeBytes: number) => void;
  /** Aborting pauses: what has arrived stays there, and another call with the same file goes on behind it. */
  signal?: AbortSignal;
}

/** Tries after a break, in milliseconds between them; a network that is away for longer is waited for. */
const retryDelays = [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

/**
 * Sends a file to where the API awaits it, behind what has arrived of it before. Resolves when all of it is there.
 *
 * @throws {DOMException} `AbortError` when the signal was aborted; any other error when it was given up.
 */
export async function upload(
  file: File,
  { url, protocol, onProgress, signal }: UploadOptions,
): Promise<void> {
  if (protocol !== "TUS") {
    throw new Error(
      `This console sends files by tus only, and the store of this installation takes ${protocol}: upload with a client of the store, or add the video by its URL.`,
    );
  }
  const { Upload } = await import("tus-js-client");
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const sending = new Upload(file, {
      uploadUrl: url,
      retryDelays,
      storeFingerprintForResuming: false,
      onProgress: (sentBytes, sizeBytes) => onProgress?.(sentBytes, sizeBytes ?? file.size),
      onSuccess: () => resolve(),
      // Also while the network is away, which ends sooner than the tries do.
      onShouldRetry: (error) => !isRefused(error.originalResponse?.getStatus() ?? 0),
      onError(error) {
        if (navigator.onLine || signal?.aborted) return reject(error);
        addEventListener("online", () => sending.start(), { once: true, ...(signal && { signal }) });
      },
    });
    const pause = () => {
      void sending.abort();
      reject(new DOMException("The upload was paused.", "AbortError"));
    };
    signal?.addEventListener("abort", pause, { once: true });
    sending.start();
  });
}

/** An answer that another try would get again. 409 and 423: another request is still at it. Pure. */
const isRefused = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 409 && status !== 423 && status !== 429;
