import { UploadError } from "./errors.ts";
import { createGcsTransport } from "./gcs-transport.ts";
import { defaultStorage, findUpload, forgetUpload, type KeyValueStorage, saveUpload } from "./kept-upload.ts";
import { createPauseSwitch } from "./pause-switch.ts";
import { createSpeedMeter } from "./speed.ts";
import type { UploadFile, UploadProtocol } from "./transport.ts";
import { createTusTransport } from "./tus-transport.ts";
import { delay, online } from "./wait.ts";

/** `WAITING`: a try failed or the browser is offline; the next try starts automatically. */
export type UploadState = "UPLOADING" | "WAITING" | "PAUSED" | "DONE" | "FAILED";

export interface UploadProgress {
  state: UploadState;
  /** Sent bytes; never decreases. */
  sentBytes: number;
  totalBytes: number;
  /** From 0 to 1. */
  fraction: number;
  /** Over the last five seconds; null while unknown. */
  bytesPerSecond: number | null;
  /** Milliseconds until the end at this speed; null while unknown. */
  etaMs: number | null;
  /** The reason for the state `WAITING`. */
  error: UploadError | null;
}

export interface UploadOptions {
  /** `upload.url` of the created video. The URL itself authorizes the upload: no API key is sent. */
  url: string;
  /** `upload.protocol` of the created video. */
  protocol: UploadProtocol;
  /** Called at every change, a few times a second while bytes flow. */
  onProgress?: (progress: UploadProgress) => void;
  /**
   * Ends the upload: `done` rejects with the signal's reason. The server keeps what arrived, and a later
   * upload to the same URL resumes.
   */
  signal?: AbortSignal;
  /**
   * Pauses before each retry in milliseconds; progress in between restarts the list. Default 0.5, 1, 3, 5,
   * 10, 20, 30 and 60 s.
   */
  retryDelaysMs?: readonly number[];
  /**
   * Bytes per request. Default: unlimited with TUS in browsers, otherwise 8 MiB. GCS_RESUMABLE rounds down to
   * a multiple of 256 KiB.
   */
  chunkBytes?: number;
  /**
   * Storage for the URL after a reload, see `findUpload`. Default `localStorage` in browsers, none elsewhere;
   * null: none.
   */
  storage?: KeyValueStorage | null;
  /** Stored with the URL for `findUpload`: your own JSON value, for example the video's id. */
  data?: unknown;
}

export interface UploadHandle {
  /** Resolves when the server has the whole file. Rejects with an `UploadError` or the signal's reason. */
  readonly done: Promise<void>;
  readonly progress: UploadProgress;
  /** Stops sending. The server keeps what it has. */
  pause(): void;
  /** Resumes at the server's offset. */
  resume(): void;
}

const defaultRetryDelaysMs = [500, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000, 60_000];

/**
 * Sends a file to the URL returned by `createVideo`. Every retry first asks for the offset, so a lost
 * connection, a restarted server or a reloaded page costs only the bytes in transit.
 */
export function upload(file: UploadFile, options: UploadOptions): UploadHandle {
  const { url, protocol, signal, onProgress, retryDelaysMs = defaultRetryDelaysMs, chunkBytes } = options;
  const { storage = defaultStorage() } = options;
  const transport = { TUS: createTusTransport, GCS_RESUMABLE: createGcsTransport }[protocol](file, {
    url,
    chunkBytes,
  });
  const pausing = createPauseSwitch(signal);
  const speed = createSpeedMeter();
  let progress: UploadProgress = {
    state: "UPLOADING",
    sentBytes: 0,
    totalBytes: file.size,
    fraction: 0,
    bytesPerSecond: null,
    etaMs: null,
    error: null,
  };

  function change(changes: Partial<UploadProgress>) {
    progress = { ...progress, error: null, ...changes };
    onProgress?.(progress);
  }

  function sent(offset: number) {
    speed.add(offset, Date.now());
    const sentBytes = Math.max(progress.sentBytes, offset);
    const bytesPerSecond = speed.read();
    change({
      sentBytes,
      fraction: file.size === 0 ? 1 : sentBytes / file.size,
      bytesPerSecond,
      etaMs: bytesPerSecond ? Math.ceil(((file.size - sentBytes) / bytesPerSecond) * 1000) : null,
    });
  }

  function stopped(state: UploadState, error: UploadError | null = null) {
    speed.reset();
    change({ state, error, bytesPerSecond: null, etaMs: null });
  }

  async function run(): Promise<void> {
    let isFresh = !storage || findUpload(file, storage)?.url !== url;
    if (storage) saveUpload(file, { url, protocol, data: options.data }, storage);
    for (let failures = 0; ; ) {
      await pausing.running();
      let furthest = 0;
      try {
        await online(pausing.signal);
        change({ state: "UPLOADING" });
        let known: number | undefined;
        const isFirst = isFresh;
        isFresh = false;
        await transport.send(
          (offset) => {
            // The first offset is what the server already had.
            known ??= offset;
            furthest = offset - known;
            sent(offset);
          },
          pausing.signal,
          isFirst,
        );
        return;
      } catch (error) {
        signal?.throwIfAborted();
        if (pausing.isPaused) continue;
        if (!pausing.signal.aborted) {
          if (furthest > 0) failures = 0;
          const problem = await explain(error, file);
          const delayMs = retryDelaysMs[failures++];
          if (!problem.isRetriable || delayMs === undefined) throw problem;
          stopped("WAITING", problem);
          // A pause also ends the wait.
          await delay(Math.max(delayMs, problem.retryAfterMs ?? 0), pausing.signal).catch(() => {});
        }
      }
    }
  }

  const ended = run().finally(() => pausing.end());
  const done = ended.then(
    () => {
      if (storage) forgetUpload(file, storage);
      change({ state: "DONE", sentBytes: file.size, fraction: 1, etaMs: 0 });
    },
    (error: unknown) => {
      // The URL is no longer useful.
      if (storage && error instanceof UploadError && !error.isRetriable) forgetUpload(file, storage);
      stopped("FAILED", error instanceof UploadError ? error : null);
      throw error;
    },
  );

  return {
    done,
    get progress() {
      return progress;
    },
    pause() {
      if (progress.state === "DONE" || progress.state === "FAILED") return;
      pausing.pause();
      stopped("PAUSED");
    },
    resume() {
      pausing.resume();
    },
  };
}

/** A changed or removed file looks like a broken connection; reading a byte of it shows the difference. */
async function explain(error: unknown, file: UploadFile): Promise<UploadError> {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (cause) {
    return new UploadError(
      "FILE_UNREADABLE",
      `The file ${file.name ?? ""} can no longer be read: it was changed, moved or removed after it was chosen. Choose it again.`,
      { cause },
    );
  }
  if (error instanceof UploadError) return error;
  return new UploadError("NETWORK_ERROR", error instanceof Error ? error.message : String(error), {
    isRetriable: true,
    cause: error,
  });
}
