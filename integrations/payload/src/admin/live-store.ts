/**
 * One stream for all videos that a page shows: browsers keep six connections to a server, and a list has more
 * rows.
 */
import { useCallback, useSyncExternalStore } from "react";
import type { LiveVideo } from "../endpoints/live-video.ts";

interface Entry {
  video: LiveVideo | undefined;
  listeners: Set<() => void>;
}

const RETRY_MS = 3_000;
const entries = new Map<string, Entry>();
let address = "";
let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * The video of a document, live; undefined until the first word, and for null. `api`: Payload's, e.g. `/api`.
 */
export function useLive(api: string, id: string | null): LiveVideo | undefined {
  // The same function for the same document: another one would subscribe again at every render.
  const listen = useCallback(
    (listener: () => void) => (id === null ? () => {} : subscribe(api, id, listener)),
    [api, id],
  );
  return useSyncExternalStore(
    listen,
    () => (id === null ? undefined : entries.get(id)?.video),
    () => undefined,
  );
}

/** After the document got a video: the stream that is open was asked when it had none. */
export function refreshLive(): void {
  reopenSoon(0);
}

function subscribe(api: string, id: string, listener: () => void): () => void {
  address = `${api}/reelay/live`;
  const entry = entries.get(id) ?? { video: undefined, listeners: new Set() };
  if (!entries.has(id)) {
    entries.set(id, entry);
    reopenSoon(20);
  }
  entry.listeners.add(listener);
  return () => {
    entry.listeners.delete(listener);
    // Rows come and go together, and a page may be shown again immediately.
    if (entry.listeners.size === 0) reopenSoon(200);
  };
}

function reopenSoon(ms: number) {
  clearTimeout(timer);
  timer = setTimeout(reopen, ms);
}

function reopen() {
  source?.close();
  source = undefined;
  for (const [id, { listeners }] of entries) if (listeners.size === 0) entries.delete(id);
  if (entries.size === 0) return;
  const opened = new EventSource(`${address}?ids=${[...entries.keys()].map(encodeURIComponent).join(",")}`);
  opened.addEventListener("message", ({ data }) => {
    const video = JSON.parse(String(data)) as LiveVideo;
    const entry = entries.get(video.id);
    if (!entry) return;
    // After a reconnect the document's word comes first; what was heard before is newer.
    if (!video.isLive && entry.video?.isLive && entry.video.status !== "DELETED") return;
    entry.video = video;
    for (const listener of entry.listeners) listener();
  });
  opened.addEventListener("error", () => {
    // A lost connection is opened again by the browser; an answer that is no stream is not.
    if (opened.readyState === EventSource.CLOSED && source === opened) reopenSoon(RETRY_MS);
  });
  source = opened;
}
