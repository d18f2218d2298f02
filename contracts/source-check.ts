import { z } from "zod";

const count = z.int32().nonnegative();
/** Line or column of the script, from 1. Null: unknown. */
const place = z.int32().positive().nullable();

/** `ERROR`: a video of this source fails. `WARNING`: it may, or it differs from what its author expects. */
export const issueSeverities = ["ERROR", "WARNING"] as const;
export type IssueSeverity = (typeof issueSeverities)[number];

/** One problem of a source. */
export const SourceIssue = z.object({
  severity: z.enum(issueSeverities),
  /** Stable, upper snake case, e.g. `SCRIPT_SYNTAX`. Clients switch on it. */
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/),
  message: z.string().min(1).max(16_384),
  line: place,
  column: place,
  /** The calls in the script that led to it, outermost first, as Python prints them. */
  traceback: z.string().max(16_384).nullable(),
});
export type SourceIssue = z.infer<typeof SourceIssue>;

/** The timeline of a scene, counted without drawing it. */
export const Timeline = z.object({
  /** Calls of `play` and `wait`. */
  animations: count,
  durationMs: z.number().nonnegative().max(86_400_000),
  /** Frames of the timeline, repeated ones included. */
  frames: count,
  hasAudio: z.boolean(),
});
export type Timeline = z.infer<typeof Timeline>;

/** What a worker learned about a source without drawing it. */
export const CheckedSource = z.object({
  version: z.literal(1),
  /** Version of the painter, as in the worker's offer. */
  painterVersion: z.string().max(200),
  /** In the order of their lines. Empty if the script ended before its scenes were known. */
  scenes: z.array(z.object({ name: z.string().max(200), line: place })).max(1_000),
  /** Name of the scene that would be drawn. Null: none, or not known. */
  scene: z.string().max(200).nullable(),
  /** Null: the scene could not be counted, and an issue says why. */
  timeline: Timeline.nullable(),
  /** Errors first. Empty: nothing is known to be wrong. */
  issues: z.array(SourceIssue).max(200),
});
export type CheckedSource = z.infer<typeof CheckedSource>;
