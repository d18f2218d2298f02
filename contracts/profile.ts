import { z } from "zod";
import { tiers } from "./states.ts";

export const Rung = z.object({
  /** Unique within the profile, and the variant's name: `720p`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  /** Pixels of the shorter side, so that a portrait and a landscape video get the same rung. Even. */
  height: z.int().min(16).max(4320).multipleOf(2),
  tier: z.enum(tiers),
  codec: z.enum(["H264"]),
  /** Ceiling of the video's bits per second (VBV maximum rate). */
  bitrateBps: z.int().min(10_000).max(200_000_000),
});
export type Rung = z.infer<typeof Rung>;

/** A named recipe of rungs, carried whole in every task so that a worker needs nothing else. */
export const Profile = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  /** Smallest first. */
  rungs: z.array(Rung).min(1).max(20),
  audio: z.object({ codec: z.literal("AAC"), bitrateBps: z.int().min(16_000).max(512_000) }),
  segmentDurationMs: z.int().min(1_000).max(20_000),
  /** Distance of the key frames; segments are a multiple of it. */
  gopDurationMs: z.int().min(500).max(20_000),
});
export type Profile = z.infer<typeof Profile>;
