import type { VideoState } from "./video-state.ts";

/** Playback quality as DOM events. All bubble and cross shadow roots. */
export interface PlayerEvents {
  /** The state of the video, after every change. */
  "reelay-status": VideoState;
  /** The first picture. Milliseconds since the player received a URL, and since playback was requested. */
  "reelay-first-frame": { sinceLoadMs: number; sincePlayMs: number };
  /**
   * Playback stalled for lack of data and resumed after `durationMs`. `EDGE`: playback reached the end of the
   * available part; `RELOAD`: the player reloaded the source to add qualities.
   */
  "reelay-stall": { atS: number; durationMs: number; cause: "EDGE" | "NETWORK" | "RELOAD" };
  /** The visible quality changed. `isChosen`: by the viewer. */
  "reelay-switch": { from: Quality | null; to: Quality; isChosen: boolean };
  /** Buffered seconds, every five seconds during playback. */
  "reelay-buffer": { atS: number; aheadS: number; behindS: number };
  /** The available qualities; sent again when qualities are added during playback. */
  "reelay-qualities": { heights: number[] };
  /** An error. If `isFatal`, playback does not continue. */
  "reelay-error": { code: string; message: string; isFatal: boolean };
}

export interface Quality {
  height: number;
  bitrateBps: number;
}

export type Emit = <TName extends keyof PlayerEvents>(name: TName, detail: PlayerEvents[TName]) => void;
