import { z } from "zod";

/**
 * Thumbnails over a video's length, for seek bars: a WebVTT file whose cues refer to rectangles of sprites.
 */
export const Storyboard = z.object({
  vttKey: z.string(),
  spriteKeys: z.array(z.string()).min(1),
  /** Minimum distance of thumbnails; larger where key frames are sparse. */
  intervalMs: z.int32().positive(),
});
export type Storyboard = z.infer<typeof Storyboard>;
