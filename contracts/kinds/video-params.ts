import { z } from "zod";
import { Profile } from "../profile.ts";
import { AudioState, RenditionPart, VariantState } from "./render-state.ts";

/** Finished renditions of a video, which a task uses and does not make again. */
export const Kept = z.object({
  variants: z.array(VariantState),
  audio: AudioState.nullable(),
  /** Further audio tracks. */
  audios: z.array(AudioState).optional(),
  /**
   * For a head: finished parts of the variants in `ladder`, made by an earlier attempt while the source was
   * arriving.
   */
  parts: z.array(RenditionPart).optional(),
});
export type Kept = z.infer<typeof Kept>;

/** The parameters of every kind that works on a video. */
export const videoParams = { version: z.literal(1), profile: Profile, keep: Kept } as const;
const VideoParams = z.object(videoParams);
export type VideoParams = z.infer<typeof VideoParams>;
