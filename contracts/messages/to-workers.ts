import { z } from "zod";
import { Profile } from "../profile.ts";
import { jobPriorities, pools } from "../states.ts";
import { AudioState, VariantState } from "./render-state.ts";

/** The source lies in the store, or must first be fetched from a URL and stored under `key`. */
export const SourceRef = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("object"), key: z.string() }),
  z.object({ kind: z.literal("url"), url: z.string(), key: z.string() }),
]);
export type SourceRef = z.infer<typeof SourceRef>;

/** A task to do: everything that a worker needs. */
export const RenderRequested = z.object({
  type: z.literal("render.requested.v1"),
  videoId: z.uuid(),
  jobId: z.uuid(),
  taskId: z.uuid(),
  pool: z.enum(pools),
  priority: z.enum(jobPriorities),
  source: SourceRef,
  profile: Profile,
  /** Variants (and the audio) that earlier attempts finished and published: not made again. */
  keep: z.object({ variants: z.array(VariantState), audio: AudioState.nullable() }),
  requestedAt: z.iso.datetime(),
});
export type RenderRequested = z.infer<typeof RenderRequested>;

/** Stop one attempt: the user canceled the job, or the attempt does not (any longer) hold the lease. */
export const RenderCancelRequested = z.object({
  type: z.literal("render.cancel-requested.v1"),
  taskId: z.uuid(),
  attemptId: z.uuid(),
  workerId: z.string(),
  reason: z.enum(["CANCELED", "LEASE_LOST"]),
  requestedAt: z.iso.datetime(),
});
export type RenderCancelRequested = z.infer<typeof RenderCancelRequested>;
