import { z } from "zod";
import { defineKind, versionOnly } from "./define-kind.ts";
import { RenderState, VariantState } from "./render-state.ts";
import { VariantsProgress } from "./variants-progress.ts";
import { variantsParams } from "./video-params.ts";

/** Milliseconds of the video's timeline; 0 is its first frame or sample. */
const milliseconds = z.int32().nonnegative();

/**
 * The part of the timeline that a task makes. `HEAD`: the worker probes the source and decides. It renders
 * the whole source if that is not longer than `wholeUpToMs`, or of unknown length; otherwise only
 * `[0, headMs)`, video and audio. `CHUNK`: the video of `[startMs, endMs)`, or up to the end of the source.
 * `AUDIO`: the audio after the head.
 */
export const TaskPart = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("HEAD"), wholeUpToMs: milliseconds, headMs: milliseconds }),
  z.object({ kind: z.literal("CHUNK"), startMs: milliseconds, endMs: milliseconds.nullable() }),
  z.object({
    kind: z.literal("AUDIO"),
    startMs: milliseconds,
    /** Names of the audio renditions to make. Absent: all of the source. */
    renditions: z.array(z.string()).optional(),
  }),
]);
export type TaskPart = z.infer<typeof TaskPart>;

/** The part of the timeline that a task makes. A first task has the defaults: its worker decides. */
export const TranscodeTaskParams = versionOnly.extend({
  startMs: milliseconds.default(0),
  /** Null: the end of the source. */
  endMs: milliseconds.nullable().default(null),
  /** Names of the variants or audio renditions to make. Empty: those of the job. */
  renditions: z.array(z.string()).default([]),
});
export type TranscodeTaskParams = z.infer<typeof TranscodeTaskParams>;

export const TranscodeParams = z.object({
  ...variantsParams,
  /** Absent: the whole video. */
  part: TaskPart.optional(),
  /**
   * With `CHUNK` or `AUDIO`: the variants as the head's worker planned them; a chunk makes exactly these.
   * With `keep.parts`: the variants of those parts.
   */
  ladder: z.array(VariantState).optional(),
});
export type TranscodeParams = z.infer<typeof TranscodeParams>;

/** Turns a source into the variants of a profile, in one task or in parts. */
export const transcode = defineKind({
  name: "TRANSCODE",
  produces: "VARIANTS",
  taskParams: TranscodeTaskParams,
  params: TranscodeParams,
  result: RenderState,
  detail: VariantsProgress,
  hasExpress: true,
  requires: { runtime: "ffmpeg", gpu: "PREFERRED" },
});
