import { open } from "node:fs/promises";
import { checkHead, type HeadWish } from "./check-head.ts";

export interface ArrivalWatchOptions {
  wish: HeadWish;
  /** Where its bytes are. */
  path: (uploadId: string) => string;
  /** The size that it will have; null when it is not to be begun early. Asked once, when its first bytes are there. */
  sizeOf: (uploadId: string) => Promise<number | null>;
  /** The head of an upload is there. Told again, when more has come, if it rejects; twice at worst, by two processes. */
  onHeadThere: (uploadId: string) => Promise<void>;
  onError: (error: unknown, uploadId: string) => void;
}

export interface ArrivalWatch {
  /** So many bytes of an upload are there. Quick, and never throws: looking is done beside the upload, only when it can tell something new. */
  onGrown(uploadId: string, storedBytes: number): void;
  forget(uploadId: string): void;
}

interface Watched {
  storedBytes: number;
  /** It is looked at again when so much is there. */
  lookAt: number;
  sizeBytes: number | null;
  isLooking: boolean;
}

/** More are forgotten, and looked at anew: they cost a look. */
const mostWatched = 10_000;
const afterErrorBytes = 4 * 1024 * 1024;

/** Tells of uploads whose head can be made although the rest is still on its way. */
export function createArrivalWatch(options: ArrivalWatchOptions): ArrivalWatch {
  const watched = new Map<string, Watched>();

  function begin(uploadId: string): Watched {
    const [oldest] = watched.size >= mostWatched ? watched.keys() : [];
    if (oldest !== undefined) watched.delete(oldest);
    const fresh = { storedBytes: 0, lookAt: 1, sizeBytes: null, isLooking: false };
    watched.set(uploadId, fresh);
    return fresh;
  }

  async function look(uploadId: string, upload: Watched): Promise<void> {
    while (upload.storedBytes >= upload.lookAt) {
      upload.sizeBytes ??= await options.sizeOf(uploadId);
      const { storedBytes, sizeBytes } = upload;
      // What is whole begins by itself.
      if (sizeBytes === null || storedBytes >= sizeBytes) {
        upload.lookAt = Number.POSITIVE_INFINITY;
        return;
      }
      await using file = await open(options.path(uploadId), "r");
      const check = await checkHead(
        {
          storedBytes,
          sizeBytes,
          async read(at, length) {
            const { buffer } = await file.read(Buffer.alloc(length), 0, length, at);
            return buffer;
          },
        },
        options.wish,
      );
      if (check.kind === "THERE") await options.onHeadThere(uploadId);
      upload.lookAt = check.kind === "WAITS" ? check.bytes : Number.POSITIVE_INFINITY;
    }
  }

  return {
    onGrown(uploadId, storedBytes) {
      const upload = watched.get(uploadId) ?? begin(uploadId);
      upload.storedBytes = Math.max(upload.storedBytes, storedBytes);
      if (upload.isLooking || storedBytes < upload.lookAt) return;
      upload.isLooking = true;
      look(uploadId, upload)
        .catch((error: unknown) => {
          upload.lookAt = upload.storedBytes + afterErrorBytes;
          options.onError(error, uploadId);
        })
        .finally(() => {
          upload.isLooking = false;
        });
    },
    forget: (uploadId) => void watched.delete(uploadId),
  };
}
