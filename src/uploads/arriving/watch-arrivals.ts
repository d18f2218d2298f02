import { open } from "node:fs/promises";
import { checkHead } from "./check-head.ts";
import { type HeadScan, type HeadWish, startScan } from "./head-check.ts";

export interface ArrivalWatchOptions {
  wish: HeadWish;
  /** Where its bytes are. */
  path: (uploadId: string) => string;
  /** The size that it will have; null when it is not to be begun early. Asked once, when its first bytes are there. */
  sizeOf: (uploadId: string) => Promise<number | null>;
  /** The head of an upload is there. Told again, when more has come, if it rejects; twice at worst, by two processes. */
  onHeadThere: (uploadId: string) => Promise<void>;
  onError: (error: unknown, uploadId: string) => void;
  /** An upload that is whole within so many milliseconds, at the rate that it has come, is not begun early: the whole can do more at once. Default 5,000. */
  soonMs?: number;
  /** By how much longer than it should have taken it may do so. Default 2,000. */
  graceMs?: number;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

export interface ArrivalWatch extends AsyncDisposable {
  /** So many bytes of an upload are there. Quick, and never throws: looking is done beside the upload, only when it can tell something new. */
  onGrown(uploadId: string, storedBytes: number): void;
  forget(uploadId: string): void;
}

interface Watched {
  first: { storedBytes: number; at: number };
  storedBytes: number;
  /** It is looked at again when so much is there. */
  lookAt: number;
  /** How far it was looked at. */
  scan: HeadScan;
  sizeBytes: number | null;
  isLooking: boolean;
  /** Until it is overdue. */
  timer?: NodeJS.Timeout;
}

/** More are forgotten, and looked at anew: they cost a look. */
const mostWatched = 10_000;
const afterErrorBytes = 4 * 1024 * 1024;

/** Tells of uploads whose head can be made although the rest is still on its way. */
export function createArrivalWatch(options: ArrivalWatchOptions): ArrivalWatch {
  const { soonMs = 5_000, graceMs = 2_000, now = () => performance.now() } = options;
  const watched = new Map<string, Watched>();
  const working = new Set<Promise<void>>();
  let isStopped = false;

  function begin(uploadId: string, storedBytes: number): Watched {
    const [oldest] = watched.size >= mostWatched ? watched.keys() : [];
    if (oldest !== undefined) forget(oldest);
    const first = { storedBytes, at: now() };
    const scan = startScan();
    const fresh = { first, storedBytes, lookAt: 1, scan, sizeBytes: null, isLooking: false };
    watched.set(uploadId, fresh);
    return fresh;
  }

  function forget(uploadId: string): void {
    clearTimeout(watched.get(uploadId)?.timer);
    watched.delete(uploadId);
  }

  function run(uploadId: string, work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => options.onError(error, uploadId))
      .finally(() => working.delete(done));
    working.add(done);
  }

  /** Tells at once, or, of an upload that should be whole any moment, once it is overdue. */
  async function tell(uploadId: string, upload: Watched, sizeBytes: number): Promise<void> {
    const { first, storedBytes } = upload;
    const bytesPerMs = (storedBytes - first.storedBytes) / Math.max(1, now() - first.at);
    const restMs = bytesPerMs === 0 ? 0 : (sizeBytes - storedBytes) / bytesPerMs;
    if (restMs > soonMs) return await options.onHeadThere(uploadId);
    upload.timer = setTimeout(() => {
      if (!isStopped) run(uploadId, options.onHeadThere(uploadId));
    }, restMs + graceMs);
    upload.timer.unref();
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
        upload.scan,
      );
      if (check.kind === "THERE") await tell(uploadId, upload, sizeBytes);
      upload.lookAt = check.kind === "WAITS" ? check.bytes : Number.POSITIVE_INFINITY;
    }
  }

  return {
    onGrown(uploadId, storedBytes) {
      if (isStopped) return;
      const upload = watched.get(uploadId) ?? begin(uploadId, storedBytes);
      upload.storedBytes = Math.max(upload.storedBytes, storedBytes);
      if (upload.isLooking || storedBytes < upload.lookAt) return;
      upload.isLooking = true;
      const looking = look(uploadId, upload)
        .catch((error: unknown) => {
          upload.lookAt = upload.storedBytes + afterErrorBytes;
          throw error;
        })
        .finally(() => {
          upload.isLooking = false;
        });
      run(uploadId, looking);
    },
    forget,
    async [Symbol.asyncDispose]() {
      isStopped = true;
      for (const uploadId of [...watched.keys()]) forget(uploadId);
      await Promise.all(working);
    },
  };
}
