import { z } from "zod";
import { Profile } from "../profile.ts";
import { downloadFileName } from "./download-file.ts";
import { AudioState, RenditionPart, VariantState } from "./render-state.ts";

/** Finished renditions of a video, which a task uses and does not make again. */
export const Kept = z.object({
  variants: z.array(VariantState),
  audio: AudioState.nullable(),
  /** Further audio tracks. */
  audios: z.array(AudioState).optional(),
  /**
   * Finished parts that earlier attempts made. For a head: of the variants in `ladder`, made while the source
   * was arriving. For an animation: of its unfinished variants.
   */
  parts: z.array(RenditionPart).optional(),
});
export type Kept = z.infer<typeof Kept>;

/** The parameters of every kind that works on a video. */
export const videoParams = { version: z.literal(1), profile: Profile, keep: Kept } as const;
const VideoParams = z.object(videoParams);
export type VideoParams = z.infer<typeof VideoParams>;

/** The parameters of every kind that makes the variants of a video. */
export const variantsParams = {
  ...videoParams,
  /** Names of the variants to make and report. Absent: the whole ladder. */
  only: z.array(z.string()).min(1).optional(),
  /** The task also makes the storyboard, after everything else. */
  storyboard: z.boolean().optional(),
  /** File name of the download that the profile asks for. Default `video.mp4`. */
  downloadName: downloadFileName.optional(),
} as const;
const VariantsParams = z.object(variantsParams);
export type VariantsParams = z.infer<typeof VariantsParams>;
