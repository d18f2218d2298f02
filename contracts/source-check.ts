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
  /** JSON pointer into the data of a template, e.g. `/questions/3/options/2`, or a file of it. */
  path: z.string().max(1_000).optional(),
});
export type SourceIssue = z.infer<typeof SourceIssue>;

/** The timeline of a scene, counted without drawing it. */
export const Timeline = z.object({
  /** Calls of `play` and `wait`, or scenes of data. */
  animations: count,
  durationMs: z.number().nonnegative().max(86_400_000),
  /** Frames of the timeline, repeated ones included. */
  frames: count,
  hasAudio: z.boolean(),
});
export type Timeline = z.infer<typeof Timeline>;

/** Scenes of which one check draws pictures. */
export const MAX_STILLS = 20;

/** Pictures of some scenes, which a check draws. */
export const StillsRequest = z.object({
  /** Indexes, from 0. Null: the first `MAX_STILLS`. */
  scenes: z.array(count).min(1).max(MAX_STILLS).nullable(),
  /** They show the scenes at the end of this mark. Null, or a scene without it: of its last one. */
  mark: z.string().max(30).nullable(),
  /** Size in pixels. */
  width: z.int32().min(16).max(4_096),
  height: z.int32().min(16).max(4_096),
});
export type StillsRequest = z.infer<typeof StillsRequest>;

/** A picture of a scene, in the store below the check's prefix. */
export const Still = z.object({
  /** Index of the scene, from 0. */
  scene: count,
  /** A secret of the check: who knows it may see its pictures. */
  secret: z.string().regex(/^[\w-]{16,100}$/),
  width: z.int32().positive(),
  height: z.int32().positive(),
});
export type Still = z.infer<typeof Still>;

/** A scene of a script or of data. */
export const CheckedScene = z.object({
  name: z.string().max(200),
  line: place,
  /** Of data: when it begins, in ms. */
  startMs: z.number().nonnegative().optional(),
  durationMs: z.number().nonnegative().optional(),
  /** Of data: the names of its marks. */
  marks: z.array(z.string().max(30)).max(50).optional(),
});
export type CheckedScene = z.infer<typeof CheckedScene>;

/** Rows that one check has at most: measuring them takes no longer than starting a painter. */
export const MAX_CHECKED_ROWS = 500;

/** A chunk of a video that is not drawn. */
const PlannedChunk = z.object({ key: z.string().regex(/^[0-9a-f]{32}$/), frames: count });

/** Data of one video, of a check of many. */
export const CheckedRow = z.object({
  /** In the list, from 0. */
  index: count,
  /** Scenes of its timeline. */
  scenes: count,
  /** Of its timeline. Null: it cannot be counted, and an issue says why. */
  frames: count.nullable(),
  /** Characters that a voice would speak. */
  speechCharacters: count,
  /**
   * The chunks that its video would consist of, in their order: equal keys show and say the same, in videos
   * of equal settings. Absent: the painter does not say.
   */
  chunks: z.array(PlannedChunk).max(2_000).optional(),
  /** What a video of it fails with. */
  issues: z
    .array(
      z.object({
        code: z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/),
        message: z.string().min(1).max(2_000),
        /** JSON pointer into the row's data. */
        path: z.string().max(1_000).nullable(),
      }),
    )
    .max(20),
});
export type CheckedRow = z.infer<typeof CheckedRow>;

/** What a worker learned about a source without drawing it. */
export const CheckedSource = z.object({
  version: z.literal(1),
  /** Version of the painter, as in the worker's offer. */
  painterVersion: z.string().max(200),
  /** In the order of their lines, or of the timeline. Empty if they are not known. */
  scenes: z.array(CheckedScene).max(1_000),
  /** Name of the scene that would be drawn. Null: none, or not known. */
  scene: z.string().max(200).nullable(),
  /** Null: the scene could not be counted, and an issue says why. */
  timeline: Timeline.nullable(),
  /** Errors first. Empty: nothing is known to be wrong. */
  issues: z.array(SourceIssue).max(200),
  /** Characters that a voice would speak. Absent: none. */
  speechCharacters: count.optional(),
  /** Of many data: those that were checked. Absent: the source is of one video. */
  rows: z.array(CheckedRow).max(MAX_CHECKED_ROWS).optional(),
  /**
   * The requested pictures of existing scenes, in the order of the request; of many data, those of rows with
   * their indexes as scenes. Absent: none.
   */
  stills: z.array(Still).max(MAX_STILLS).optional(),
});
export type CheckedSource = z.infer<typeof CheckedSource>;
