import { z } from "zod";

const count = z.int32().nonnegative();
/** Line or column of the script, from 1. Null: unknown. */
const place = z.int32().positive().nullable();
const text = z.string().max(16_384);

/** The first record. */
const Hello = z.object({
  type: z.literal("hello"),
  protocol: z.literal(1),
  /** E.g. `manim`. */
  painter: z.string().max(100),
  version: z.string().max(100),
});

/** The scenes of the script. */
const Scenes = z.object({
  type: z.literal("scenes"),
  scenes: z.array(z.object({ name: z.string().max(200), line: place })).max(1_000),
  /** Null: none can be chosen, and `failed` follows. */
  chosen: z.string().max(200).nullable(),
});

/** The result of the count pass, which draws nothing. */
const Counted = z.object({
  type: z.literal("counted"),
  animations: count,
  durationMs: z.number().nonnegative().max(86_400_000),
  /** Frames of the timeline, repeated ones included. */
  frames: count,
  hasAudio: z.boolean(),
  /** Of each animation, or of the first ones. */
  framesOfEach: z.array(count).max(5_000).default([]),
});
export type Counted = z.infer<typeof Counted>;

/** The size and rate of the frames that follow. */
const Picture = z.object({
  type: z.literal("picture"),
  width: z.int32().positive().max(16_384),
  height: z.int32().positive().max(16_384),
  frameRate: z.number().positive().max(240),
});
export type Picture = z.infer<typeof Picture>;

/** The beginning of an animation. */
const Step = z.object({
  type: z.literal("step"),
  index: count,
  name: z.string().max(1_000),
  /** Its planned number of frames. */
  frames: count.nullable(),
});

const Warning = z.object({
  type: z.literal("warning"),
  code: z.string().regex(/^[A-Z][A-Z_]{0,99}$/),
  message: text,
  line: place,
  column: place,
});

/** Codes of failures that a painter reports. All but `PAINTER_BROKEN` are the script's fault. */
const failureCodes = [
  "SCRIPT_SYNTAX",
  "SCENE_MISSING",
  "SCENE_AMBIGUOUS",
  "IMPORT_UNAVAILABLE",
  "SCRIPT_INTERACTIVE",
  "SCRIPT_FAILED",
  "TEX_MISSING",
  "TEX_FAILED",
  "PAINTER_BROKEN",
] as const;

const Failed = z.object({
  type: z.literal("failed"),
  code: z.enum(failureCodes),
  message: text,
  line: place,
  column: place,
  /** Of the script's own frames. */
  traceback: text.nullable(),
});
export type PainterFailure = z.infer<typeof Failed>;

const Done = z.object({ type: z.literal("done"), animations: count, frames: count });

/** A line of a painter, see docs/reference/painters.md. */
export const PainterEvent = z.discriminatedUnion("type", [
  Hello,
  Scenes,
  Counted,
  Picture,
  Step,
  Warning,
  Failed,
  Done,
]);
export type PainterEvent = z.infer<typeof PainterEvent>;
