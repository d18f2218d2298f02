/** Measures the quality of experience (QoE) of a video element. */
import type { Emit } from "./events.ts";

export interface QualityMeasure {
  /** The player received a URL. */
  begin(): void;
  end(): void;
}

export interface MeasureOptions {
  video: HTMLVideoElement;
  emit: Emit;
  /** True while playlists grow, so that a stop at the end is not a network problem. */
  isGrowing: () => boolean;
  isReloading: () => boolean;
  now?: () => number;
}

const BUFFER_EVERY_MS = 5_000;
/** Nearer than this to the end of the available part, the player waits for more output. */
const EDGE_S = 3;

export function measureQuality({
  video,
  emit,
  isGrowing,
  isReloading,
  now = () => performance.now(),
}: MeasureOptions): QualityMeasure {
  const listening = new AbortController();
  let loadAt = now();
  let playAt: number | undefined;
  let hasStarted = false;
  let stall: { atS: number; sinceMs: number; cause: "EDGE" | "NETWORK" | "RELOAD" } | undefined;
  let bufferReportedAt = 0;

  const on = (name: keyof HTMLMediaElementEventMap, listener: () => void) =>
    video.addEventListener(name, listener, { signal: listening.signal });

  function endStall() {
    if (!stall) return;
    const { atS, sinceMs, cause } = stall;
    stall = undefined;
    emit("reelay-stall", { atS, durationMs: Math.round(now() - sinceMs), cause });
  }

  on("play", () => {
    playAt ??= now();
  });
  on("playing", () => {
    if (!hasStarted) {
      hasStarted = true;
      const at = now();
      emit("reelay-first-frame", {
        sinceLoadMs: Math.round(at - loadAt),
        sincePlayMs: Math.round(at - (playAt ?? loadAt)),
      });
    }
    endStall();
  });
  on("waiting", () => {
    // A seek waits by the viewer's own choice.
    if (!hasStarted || video.seeking || video.paused || stall) return;
    const isAtEdge = isGrowing() && video.duration - video.currentTime < EDGE_S;
    stall = {
      atS: video.currentTime,
      sinceMs: now(),
      cause: isReloading() ? "RELOAD" : isAtEdge ? "EDGE" : "NETWORK",
    };
  });
  on("timeupdate", () => {
    if (stall && video.currentTime > stall.atS && !video.seeking) endStall();
    if (now() - bufferReportedAt < BUFFER_EVERY_MS || !hasStarted) return;
    bufferReportedAt = now();
    emit("reelay-buffer", { atS: video.currentTime, ...bufferedAround(video) });
  });
  // A pause ends the stall.
  on("pause", endStall);

  return {
    begin() {
      loadAt = now();
      playAt = video.paused ? undefined : loadAt;
      hasStarted = false;
      stall = undefined;
    },
    end: () => listening.abort(),
  };
}

/** Seconds in memory around the current position, without gaps. */
export function bufferedAround({
  buffered,
  currentTime,
}: Pick<HTMLVideoElement, "buffered" | "currentTime">) {
  for (let index = 0; index < buffered.length; index += 1) {
    const start = buffered.start(index);
    const end = buffered.end(index);
    if (start <= currentTime && currentTime <= end) {
      return { aheadS: end - currentTime, behindS: currentTime - start };
    }
  }
  return { aheadS: 0, behindS: 0 };
}
