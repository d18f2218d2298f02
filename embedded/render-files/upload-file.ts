import { createReadStream, openAsBlob } from "node:fs";
import { Upload } from "tus-js-client";
import type { CreatedVideo } from "./documents.ts";

interface UploadOptions {
  path: string;
  sizeBytes: number;
  onProgress: (sentBytes: number) => void;
  signal: AbortSignal;
}

/** Sends a file to the address that the API gave; a broken connection is taken up again where it broke. */
export async function uploadFile(
  upload: NonNullable<CreatedVideo["upload"]>,
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
      // tus-js-client opens the path anew for every part and leaves this one to us.
      file.destroy();
      end();
    };
    signal.addEventListener("abort", abort, { once: true });
    file.once("error", reject);
    upload.start();
  });
}

/** One PUT to a resumable session of Google Cloud Storage, whose progress is not known in between. */
async function uploadToSession(url: string, { path, sizeBytes, onProgress, signal }: UploadOptions) {
  const response = await fetch(url, { method: "PUT", body: await openAsBlob(path), signal });
  if (!response.ok) throw new Error(`the store answered ${response.status}: ${await response.text()}`);
  onProgress(sizeBytes);
}
