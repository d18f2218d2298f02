/** The uploads of this page, and who may be sent when. */

import { createStore, type Store } from "../api/connection.ts";
import type { UploadProtocol } from "../api/documents.ts";
import type { upload } from "./upload.ts";

export type UploadState = "WAITING" | "SENDING" | "PAUSED" | "SENT" | "FAILED";

export interface UploadItem {
  id: number;
  name: string;
  sizeBytes: number;
  sentBytes: number;
  state: UploadState;
  /** Once its video was created. */
  videoId: string | null;
  /** Why it FAILED. */
  error: string | null;
}

/** Where the bytes of a created video go. */
export interface Target {
  videoId: string;
  url: string;
  protocol: UploadProtocol;
}

/** What the list needs of the API. */
export interface UploadPort {
  /** Creates the video for a file. Rejects with a sentence for people. */
  create: (file: File, idempotencyKey: string) => Promise<Target>;
  send: typeof upload;
  /** Deletes a video that is not wanted any more. */
  remove: (videoId: string) => Promise<void>;
}

export interface UploadList {
  items: Store<readonly UploadItem[]>;
  /** Begins with as many as may be sent at once, in this order. `target`: the file of a video that awaits it. */
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
const together = 3;

/** Who begins next: the first that wait, while fewer than `limit` are being sent. Pure. */
export function planStart(items: readonly UploadItem[], limit = together): number[] {
  const free = limit - items.filter(({ state }) => state === "SENDING").length;
  return items
    .filter(({ state }) => state === "WAITING")
    .slice(0, Math.max(0, free))
    .map(({ id }) => id);
}

/** Whether closing the page would lose something. Pure. */
export const isUnsent = ({ state }: UploadItem): boolean => state !== "SENT" && state !== "FAILED";

interface Held {
  file: File;
  key: string;
  target: Target | null;
  stop: AbortController | null;
}

export function createUploadList(port: UploadPort): UploadList {
  const items = createStore<readonly UploadItem[]>([]);
  const held = new Map<number, Held>();
  let last = 0;

  const change = (id: number, patch: Partial<UploadItem>) => {
    items.set(items.get().map((item) => (item.id === id ? Object.assign({}, item, patch) : item)));
  };
  const stateOf = (id: number) => items.get().find((item) => item.id === id)?.state;

  function startNext(): void {
    for (const id of planStart(items.get())) void run(id);
  }

  async function run(id: number): Promise<void> {
    const own = held.get(id);
    if (own === undefined) return;
    const stop = new AbortController();
    own.stop = stop;
    change(id, { state: "SENDING", error: null });
    try {
      // With the same key a repeat gets the same video.
      own.target ??= await port.create(own.file, own.key);
      const { videoId, url, protocol } = own.target;
      if (!held.has(id)) return await port.remove(videoId);
      change(id, { videoId });
      const onProgress = (sentBytes: number) => change(id, { sentBytes });
      await port.send(own.file, { url, protocol, signal: stop.signal, onProgress });
      change(id, { state: "SENT", sentBytes: own.file.size });
    } catch (error) {
      // Paused, and maybe on its way again already.
      if (stop.signal.aborted) return;
      change(id, { state: "FAILED", error: error instanceof Error ? error.message : String(error) });
    } finally {
      startNext();
    }
  }

  return {
    items,
    add(files, target) {
      const added = files.map((file): UploadItem => {
        last += 1;
        held.set(last, { file, key: crypto.randomUUID(), target: target ?? null, stop: null });
        const { name, size: sizeBytes } = file;
        const videoId = target?.videoId ?? null;
        return { id: last, name, sizeBytes, sentBytes: 0, state: "WAITING", videoId, error: null };
      });
      items.set([...items.get(), ...added]);
      startNext();
    },
    pause(id) {
      const state = stateOf(id);
      if (state !== "SENDING" && state !== "WAITING") return;
      change(id, { state: "PAUSED" });
      held.get(id)?.stop?.abort();
      startNext();
    },
    resume(id) {
      const state = stateOf(id);
      if (state !== "PAUSED" && state !== "FAILED") return;
      change(id, { state: "WAITING", error: null });
      startNext();
    },
    cancel(id) {
      const own = held.get(id);
      held.delete(id);
      own?.stop?.abort();
      items.set(items.get().filter((item) => item.id !== id));
      if (own?.target) void port.remove(own.target.videoId);
      startNext();
    },
    clear() {
      items.set(items.get().filter(isUnsent));
    },
  };
}
