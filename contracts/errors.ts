import { z } from "zod";

/** Whose fault it was: the input's, the worker's, the store's, a limit's, or ours. */
export const errorScopes = ["INPUT", "WORKER", "STORAGE", "QUOTA", "INTERNAL"] as const;
export type ErrorScope = (typeof errorScopes)[number];

/** Why a render failed, as workers report it and as the API shows it. */
export const ReportedError = z.object({
  /** Stable, upper snake case, e.g. `SOURCE_NOT_A_VIDEO`. Clients switch on it. */
  code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  /** A sentence that names the thing, what was expected, what came and what to do. */
  message: z.string().min(1).max(4_000),
  scope: z.enum(errorScopes),
  /** Whether another attempt may succeed with the same input. */
  retriable: z.boolean(),
  /** The last lines that ffmpeg itself wrote, when it was ffmpeg that failed. */
  logTail: z.string().max(16_000).optional(),
  /** With `SEGMENT_DAMAGED` and `SEGMENT_MISSING`: the object in the store. */
  objectKey: z.string().max(1_024).optional(),
});
export type ReportedError = z.infer<typeof ReportedError>;

/** An error as the rows of videos, variants, jobs and attempts store it. ffmpeg's lines are in the attempt's row. */
export const RecordedError = ReportedError.pick({ code: true, scope: true, retriable: true }).extend({
  /** As reported, with a sentence about earlier tries before it. */
  message: z.string().min(1),
  /** The attempt that failed, if one did. */
  attemptId: z.uuid().optional(),
});
export type RecordedError = z.infer<typeof RecordedError>;
