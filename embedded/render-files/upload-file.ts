import { createReadStream, openAsBlob } from "node:fs";
import { Upload } from "tus-js-client";
import type { PendingUpload } from "./documents.ts";

interface UploadOptions {
  path: string;
  sizeBytes: number;
  onProgress: (sentBytes: number) => void;
  signal: AbortSignal;
}

/** Uploads a file to the API's URL and resumes after a broken connection. */
export async function uploadFile(
  upload: NonNullable<PendingUpload["upload"]>,
  options: UploadOptions,
): Promise<void> {
  options.signal.throwIfAborted();
  await (upload.protocol === "TUS" ? uploadByTus : uploadToSession)(upload.url, options);
}

function uploadByTus(url: string, { path, sizeBytes, onProgress, signal }: UploadOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const file = createReadStream(path);
    const upload = new Upload(file, {
      uploadUrl: url,
      uploadSize: sizeBytes,
      retryDelays: [200, 1_000, 3_000, 5_000],
      onProgress,
      onSuccess: () => settle(resolve),
      onError: (error) => settle(() => reject(error)),
    });
    const abort = () => {
      void upload.abort();
      settle(() => reject(signal.reason));
    };
    const settle = (end: () => void) => {
      signal.removeEventListener("abort", abort);
      // tus-js-client opens the path again for every part and leaves this stream to us.
      file.destroy();
      end();
    };
    signal.addEventListener("abort", abort, { once: true });
    file.once("error", reject);
    upload.start();
  });
}

/** One PUT to a resumable session of Google Cloud Storage, without progress in between. */
async function uploadToSession(url: string, { path, sizeBytes, onProgress, signal }: UploadOptions) {
  const response = await fetch(url, { method: "PUT", body: await openAsBlob(path), signal });
  if (!response.ok) throw new Error(`the store answered ${response.status}: ${await response.text()}`);
  onProgress(sizeBytes);
}
