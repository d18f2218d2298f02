import { z } from "zod";

/** Origin of an error: the input, the worker, the store, a limit, or a bug of Reelay. */
export const errorScopes = ["INPUT", "WORKER", "STORAGE", "QUOTA", "INTERNAL"] as const;
export type ErrorScope = (typeof errorScopes)[number];

/** The reason why a render failed, as workers report it and the API shows it. */
export const ReportedError = z.object({
  /** Stable, upper snake case, e.g. `SOURCE_NOT_A_VIDEO`. Clients switch on it. */
  code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  /** Names the subject, what was expected, what happened and what to do. */
  message: z.string().min(1).max(4_000),
  scope: z.enum(errorScopes),
  /** Whether another attempt may succeed with the same input. */
  retriable: z.boolean(),
  /** The last lines of ffmpeg's log, if ffmpeg failed. */
  logTail: z.string().max(16_000).optional(),
  /** Where in a script the problem is, from 1. */
  line: z.int32().positive().optional(),
  column: z.int32().positive().optional(),
  /** With `SEGMENT_DAMAGED` and `SEGMENT_MISSING`: the object's key in the store. */
  objectKey: z.string().max(1_024).optional(),
});
export type ReportedError = z.infer<typeof ReportedError>;

/**
 * An error as the rows of videos, variants, jobs and attempts store it. The attempt's row holds ffmpeg's log.
 */
export const RecordedError = ReportedError.pick({
  code: true,
  scope: true,
  retriable: true,
  line: true,
  column: true,
}).extend({
  /** As reported, preceded by a sentence about earlier tries. */
  message: z.string().min(1),
  /** The attempt that failed, if any. */
  attemptId: z.uuid().optional(),
});
export type RecordedError = z.infer<typeof RecordedError>;
