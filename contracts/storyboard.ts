import { z } from "zod";

/** Small pictures of a video over its length, for players' seek bars: a WebVTT file whose cues name rectangles of the sprites. */
export const Storyboard = z.object({
  vttKey: z.string(),
  spriteKeys: z.array(z.string()).min(1),
  /** No two pictures are nearer; where key frames are sparse they are further apart. */
  intervalMs: z.int32().positive(),
});
export type Storyboard = z.infer<typeof Storyboard>;
