import type { SourceFile } from "../../../media/probe/index.ts";

/** The finest clock of common containers; exact for 24, 25, 30, 50 and 60 frames per second. */
const FINE_TIME_SCALE = 90_000;

/**
 * Ticks per second of the variants' clock. At a constant rate such as 30000/1001 every frame falls on a tick;
 * otherwise the clock is fine enough for frames to keep their own times.
 */
export function planTimeScale({ probe, frameRate }: Pick<SourceFile, "probe" | "frameRate">): number {
  if (!frameRate || probe.video.isVariableFrameRate) return FINE_TIME_SCALE;
  const { num } = frameRate;
  const scale = num * Math.max(1, Math.ceil(24_000 / num));
  return scale <= 240_000 ? scale : FINE_TIME_SCALE;
}
