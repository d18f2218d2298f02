/** The uploads of this page, and who may be sent when. */

import type { UploadHandle, UploadProgress } from "@reelay/upload";
import { createStore, type Store, type UploadProtocol } from "../api/index.ts";

/**
 * `QUEUED`: others are sent first. `RETRYING`: a try failed or the network is away, and the next try comes by
 * itself.
 */
export type UploadState = "QUEUED" | "SENDING" | "RETRYING" | "PAUSED" | "SENT" | "FAILED";

export interface UploadItem {
  id: number;
  name: string;
  sizeBytes: number;
  sentBytes: number;
  state: UploadState;
  /** Null while unknown. */
  bytesPerSecond: number | null;
  /** Milliseconds until its end; null while unknown. */
  etaMs: number | null;
  /** Once its video was created. */
  videoId: string | null;
  /** Whether a page that was closed had begun it. */
  isResumed: boolean;
  /** Why it FAILED or is RETRYING. */
  error: string | null;
}

/** Where the bytes of a created video go. */
export interface Target {
  videoId: string;
  url: string;
  protocol: UploadProtocol;
}

interface SendOptions {
  onProgress: (progress: UploadProgress) => void;
  signal: AbortSignal;
}

/** What the list needs of the API. */
export interface UploadPort {
  /** The video that a page which was closed had begun to send this very file for, if it still awaits it. */
  recall: (file: File, isUnderWay: (videoId: string) => boolean) => Promise<Target | null>;
  /** Creates the video for a file. Rejects with a sentence for people. */
  create: (file: File, idempotencyKey: string) => Promise<Target>;
  send: (
    file: File,
    target: Target,
    options: SendOptions,
  ) => Promise<Pick<UploadHandle, "done" | "pause" | "resume">>;
  /** Deletes a video that is not wanted any more, and forgets that its file was to be sent. */
  remove: (file: File, videoId: string) => Promise<void>;
}

export interface UploadList {
  items: Store<readonly UploadItem[]>;
  /**
   * Begins with as many as may be sent at once, in this order. `target`: the file of a video that awaits it.
   */
  add: (files: readonly File[], target?: Target) => void;
  pause: (id: number) => void;
  /** Goes on where it was, or tries again. */
  resume: (id: number) => void;
  /** Stops it and deletes its video. */
  cancel: (id: number) => void;
  /** Takes those that are done or failed from the list. */
  clear: () => void;
}

/** Sent at once: more would only share the same line. */
const TOGETHER = 3;

const isSending = (state: UploadState | undefined): boolean => state === "SENDING" || state === "RETRYING";

/** Who begins next: the first that are queued, while fewer than `limit` are being sent. Pure. */
export function planStart(items: readonly UploadItem[], limit = TOGETHER): number[] {
  const free = limit - items.filter(({ state }) => isSending(state)).length;
  return items
    .filter(({ state }) => state === "QUEUED")
    .slice(0, Math.max(0, free))
    .map(({ id }) => id);
}

/** Whether closing the page would interrupt something. Pure. */
export const isUnsent = ({ state }: UploadItem): boolean => state !== "SENT" && state !== "FAILED";

interface Held {
  file: File;
  key: string;
  target: Target | null;
  stop: AbortController;
  /** There from its first bytes until its end, through all pauses. */
  sending: Pick<UploadHandle, "pause" | "resume"> | null;
  isBegun: boolean;
}

const resting = { bytesPerSecond: null, etaMs: null, error: null };

export function createUploadList(port: UploadPort): UploadList {
  const items = createStore<readonly UploadItem[]>([]);
  const held = new Map<number, Held>();
  let last = 0;

  const change = (id: number, patch: Partial<UploadItem>) => {
    items.set(items.get().map((item) => (item.id === id ? Object.assign({}, item, patch) : item)));
  };
  const stateOf = (id: number) => items.get().find((item) => item.id === id)?.state;
  const isUnderWay = (videoId: string) =>
    items.get().some((item) => item.videoId === videoId && isUnsent(item));

  function startNext(): void {
    for (const id of planStart(items.get())) {
      change(id, { state: "SENDING", ...resting });
      const own = held.get(id);
      if (own?.isBegun) own.sending?.resume();
      else if (own) void run(id, own);
    }
  }

  /** The video of a file: the one that it was begun for, else a new one. */
  async function findTarget(id: number, { file, key }: Held): Promise<Target> {
    const recalled = await port.recall(file, isUnderWay);
    // Asked once more: the same file may have been chosen twice.
    if (recalled === null || isUnderWay(recalled.videoId)) {
      // With the same key a repeat gets the same video.
      return await port.create(file, key);
    }
    change(id, { videoId: recalled.videoId, isResumed: true });
    return recalled;
  }

  async function run(id: number, own: Held): Promise<void> {
    own.isBegun = true;
    const { file, stop } = own;
    const onProgress = ({ state, sentBytes, bytesPerSecond, etaMs, error }: UploadProgress) => {
      // What was on its way when it was paused.
      if (!isSending(stateOf(id)) || (state !== "UPLOADING" && state !== "WAITING")) return;
      const isWaiting = state === "WAITING";
      change(id, {
        ...{ state: isWaiting ? "RETRYING" : "SENDING", sentBytes, bytesPerSecond, etaMs },
        error: error?.message ?? null,
      });
    };
    try {
      own.target ??= await findTarget(id, own);
      const { videoId } = own.target;
      if (!held.has(id)) return await port.remove(file, videoId);
      change(id, { videoId });
      const sending = await port.send(file, own.target, { onProgress, signal: stop.signal });
      own.sending = sending;
      if (!isSending(stateOf(id))) sending.pause();
      await sending.done;
      change(id, { ...resting, state: "SENT", sentBytes: file.size });
    } catch (error) {
      if (stop.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      change(id, { ...resting, state: "FAILED", error: reason });
    } finally {
      own.sending = null;
      own.isBegun = false;
      startNext();
    }
  }

  return {
    items,
    add(files, target) {
      const added = files.map((file): UploadItem => {
        last += 1;
        held.set(last, {
          ...{ file, key: crypto.randomUUID(), target: target ?? null },
          ...{ stop: new AbortController(), sending: null, isBegun: false },
        });
        const { name, size: sizeBytes } = file;
        return {
          ...{ id: last, name, sizeBytes, sentBytes: 0, state: "QUEUED", ...resting },
          ...{ videoId: target?.videoId ?? null, isResumed: target !== undefined },
        };
      });
      items.set([...items.get(), ...added]);
      startNext();
    },
    pause(id) {
      const state = stateOf(id);
      if (!isSending(state) && state !== "QUEUED") return;
      change(id, { ...resting, state: "PAUSED" });
      held.get(id)?.sending?.pause();
      startNext();
    },
    resume(id) {
      const state = stateOf(id);
      if (state !== "PAUSED" && state !== "FAILED") return;
      change(id, { ...resting, state: "QUEUED" });
      startNext();
    },
    cancel(id) {
      const own = held.get(id);
      held.delete(id);
      own?.stop.abort();
      items.set(items.get().filter((item) => item.id !== id));
      if (own?.target) void port.remove(own.file, own.target.videoId);
      startNext();
    },
    clear() {
      items.set(items.get().filter(isUnsent));
    },
  };
}
