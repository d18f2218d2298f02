import { open } from "node:fs/promises";
import { checkHead } from "./check-head.ts";
import { type HeadScan, type HeadWish, startScan } from "./head-check.ts";

interface ArrivalWatchOptions {
  wish: HeadWish;
  /** Path of its bytes. */
  path: (uploadId: string) => string;
  /** Its final size; null if it must not start early. Called once, when its first bytes have arrived. */
  sizeOf: (uploadId: string) => Promise<number | null>;
  /**
   * The head of an upload has arrived. Called again after more bytes if it rejects; at worst twice, by two
   * processes.
   */
  onHeadThere: (uploadId: string) => Promise<void>;
  onError: (error: unknown, uploadId: string) => void;
  /**
   * An upload that will be complete within this many milliseconds at its current rate does not start early:
   * the whole file allows more parallel work. Default 5,000.
   */
  soonMs?: number;
  /** Tolerated delay beyond that estimate. Default 2,000. */
  graceMs?: number;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

interface ArrivalWatch extends AsyncDisposable {
  /**
   * Reports the stored bytes of an upload. Fast, and never throws: the check runs separately, only when it
   * can find something new.
   */
  onGrown(uploadId: string, storedBytes: number): void;
  forget(uploadId: string): void;
}

interface Watched {
  first: { storedBytes: number; at: number };
  storedBytes: number;
  /** It is looked at again when so much is there. */
  lookAt: number;
  /** Progress of the check. */
  scan: HeadScan;
  sizeBytes: number | null;
  isLooking: boolean;
  /** Until it is overdue. */
  timer?: NodeJS.Timeout;
}

/** Further uploads are dropped and checked again from the start. */
const MOST_WATCHED = 10_000;
const AFTER_ERROR_BYTES = 4 * 1024 * 1024;

/** Reports uploads whose head can be made while the rest is still arriving. */
export function createArrivalWatch(options: ArrivalWatchOptions): ArrivalWatch {
  const { soonMs = 5_000, graceMs = 2_000, now = () => performance.now() } = options;
  const watched = new Map<string, Watched>();
  const working = new Set<Promise<void>>();
  let isStopped = false;

  function begin(uploadId: string, storedBytes: number): Watched {
    const [oldest] = watched.size >= MOST_WATCHED ? watched.keys() : [];
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

  /** Reports immediately, or, if the upload should be complete any moment, once it is overdue. */
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
      // A complete upload starts anyway.
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
          upload.lookAt = upload.storedBytes + AFTER_ERROR_BYTES;
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
