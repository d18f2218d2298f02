import { UploadError } from "./errors.ts";
import { createGcsTransport } from "./gcs-transport.ts";
import {
  defaultStorage,
  forgetUpload,
  type KeyValueStorage,
  keepUpload,
  recallUpload,
} from "./kept-upload.ts";
import { createPauseSwitch } from "./pause-switch.ts";
import { createSpeedMeter } from "./speed.ts";
import type { UploadFile, UploadProtocol } from "./transport.ts";
import { createTusTransport } from "./tus-transport.ts";
import { delay, online } from "./wait.ts";

/** `WAITING`: a try failed, or the browser is offline, and the next try comes by itself. */
export type UploadState = "UPLOADING" | "WAITING" | "PAUSED" | "DONE" | "FAILED";

export interface UploadProgress {
  state: UploadState;
  /** Bytes that are sent, never fewer than before. */
  sentBytes: number;
  totalBytes: number;
  /** 0 to 1. */
  fraction: number;
  /** Over the last five seconds; null while unknown. */
  bytesPerSecond: number | null;
  /** Milliseconds until the end at this speed; null while unknown. */
  etaMs: number | null;
  /** Why it waits, in the state `WAITING`. */
  error: UploadError | null;
}

export interface UploadOptions {
  /** `upload.url` of the created video. It carries its own permission: no API key is sent. */
  url: string;
  /** `upload.protocol` of the created video. */
  protocol: UploadProtocol;
  /** Told at every change, a few times a second while bytes flow. */
  onProgress?: (progress: UploadProgress) => void;
  /** Ends the upload: `done` rejects with the signal's reason. What arrived is kept, and a later upload to the same address goes on there. */
  signal?: AbortSignal;
  /** Milliseconds before each further try after a failure; when bytes got through in between it begins anew. Default 0.5, 1, 3, 5, 10, 20, 30 and 60 s. */
  retryDelaysMs?: readonly number[];
  /**
   * Bytes of one request. Default: all at once with TUS in browsers, else 8 MiB. With GCS_RESUMABLE it is brought down to a multiple of 256 KiB.
   */
  chunkBytes?: number;
  /** Where the address is kept for after a reload, see `recallUpload`. Default `localStorage` in browsers, else nowhere; null: nowhere. */
  storage?: KeyValueStorage | null;
  /** Kept beside the address, for `recallUpload`: a JSON value of yours, e.g. the video's id. */
  data?: unknown;
}

export interface UploadHandle {
  /** Resolves when the server has the whole file. Rejects with an `UploadError`, or with the signal's reason. */
  readonly done: Promise<void>;
  readonly progress: UploadProgress;
  /** Stops sending; what the server has stays there. */
  pause(): void;
  /** Goes on where the server says that it stands. */
  resume(): void;
}

const RETRY_DELAYS_MS = [500, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000, 60_000];

/**
 * Sends a file to the address that `createVideo` gave. Every further try begins with the question how much is there, so a lost connection, a
 * restarted server or a reloaded page costs what was on its way and no more.
 */
export function upload(file: UploadFile, options: UploadOptions): UploadHandle {
  const { url, protocol, signal, onProgress, retryDelaysMs = RETRY_DELAYS_MS, chunkBytes } = options;
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
    let isFresh = !storage || recallUpload(file, storage)?.url !== url;
    if (storage) keepUpload(file, { url, protocol, data: options.data }, storage);
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
            // The first is what the server had.
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
          // A pause ends the waiting, too.
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
      // The address is of no use any more.
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

/** A file that was changed or taken away looks like a broken connection; reading a byte of it tells. */
async function explain(error: unknown, file: UploadFile): Promise<UploadError> {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (cause) {
    return new UploadError(
      "FILE_UNREADABLE",
      `The file ${file.name ?? ""} cannot be read any more: it was changed, moved or removed since it was chosen. Choose it again.`,
      { cause },
    );
  }
  if (error instanceof UploadError) return error;
  return new UploadError("NETWORK_ERROR", error instanceof Error ? error.message : String(error), {
    isRetriable: true,
    cause: error,
  });
}
