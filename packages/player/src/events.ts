import type { VideoState } from "./video-state.ts";

/** How well it plays, as DOM events; all bubble and cross shadow roots. */
export interface PlayerEvents {
  /** How far the video is; at every change. */
  "reelay-status": VideoState;
  /** The first picture. Milliseconds since the player had an address, and since it was told to play. */
  "reelay-first-frame": { sinceLoadMs: number; sincePlayMs: number };
  /**
   * Playing stopped for want of data, and went on after `durationMs`. `EDGE`: what is made so far was played; `RELOAD`: the player took the source
   * anew for qualities that were added.
   */
  "reelay-stall": { atS: number; durationMs: number; cause: "EDGE" | "NETWORK" | "RELOAD" };
  /** Another quality is seen. `isChosen`: by the viewer. */
  "reelay-switch": { from: Quality | null; to: Quality; isChosen: boolean };
  /** Seconds in memory, every five seconds while it plays. */
  "reelay-buffer": { atS: number; aheadS: number; behindS: number };
  /** The qualities to choose from; again when some were added while it plays. */
  "reelay-qualities": { heights: number[] };
  /** What went wrong; when `isFatal`, it does not play on. */
  "reelay-error": { code: string; message: string; isFatal: boolean };
}

export interface Quality {
  height: number;
  bitrateBps: number;
}

export type Emit = <TName extends keyof PlayerEvents>(name: TName, detail: PlayerEvents[TName]) => void;
