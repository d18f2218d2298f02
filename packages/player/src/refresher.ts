/**
 * Makes qualities selectable that are added during playback. hls.js reads a master playlist once, so the
 * source must be reloaded, which is visible. The reload waits for a quiet moment; if none comes, it happens
 * after a while with the last picture frozen briefly.
 */
import type { Stream } from "./stream.ts";
import { isSettled, type VideoState } from "./video-state.ts";

export interface Refresher {
  noteState(state: VideoState): void;
}

interface RefresherOptions {
  video: HTMLVideoElement;
  stream: () => Stream | undefined;
  signal: AbortSignal;
  now?: () => number;
}

const LOOK_EVERY_MS = 4_000;
/** Maximum wait for better quality if the viewer never pauses. */
const PATIENCE_MS = 20_000;

export function createRefresher({
  video,
  stream,
  signal,
  now = () => performance.now(),
}: RefresherOptions): Refresher {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let dueAt: number | undefined;
  let isLooking = false;
  let isLast = false;

  const isQuiet = () => video.paused || video.seeking || document.visibilityState === "hidden";

  function refresh() {
    // A reload at the end would show a paused video instead of an ended one. A replay begins with a seek.
    if (dueAt === undefined || video.ended || (!isQuiet() && now() < dueAt)) return;
    dueAt = undefined;
    stream()?.reload();
  }

  async function look() {
    if (isLooking || dueAt !== undefined) return;
    isLooking = true;
    lookedAt = now();
    if (await stream()?.hasChanged(signal)) dueAt = now() + PATIENCE_MS;
    isLooking = false;
    if (!signal.aborted) refresh();
  }

  for (const name of ["pause", "seeking", "timeupdate"]) video.addEventListener(name, refresh, { signal });

  return {
    noteState(state) {
      if (!stream()?.hls || state.playbackUrl === null) return;
      const isDue = isSettled(state) ? !isLast : now() - lookedAt > LOOK_EVERY_MS;
      isLast = isSettled(state);
      if (isDue) void look();
    },
  };
}
