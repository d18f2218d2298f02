import type { SourceFile } from "../probe/source-file.ts";

/** How long a frame of AAC lasts at 48 kHz. */
export const soundFrameMs = 1_024 / 48;

/** How long each picture is shown; null where that varies. */
export function frameDurationMs({
  frameRate,
  probe,
}: Pick<SourceFile, "frameRate" | "probe">): number | null {
  if (frameRate === null || probe.video.isVariableFrameRate) return null;
  return (1000 * frameRate.den) / frameRate.num;
}
