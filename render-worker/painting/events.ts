import { z } from "zod";
import { printable } from "./printable.ts";

const count = z.int32().nonnegative();
/** Line or column of the script, from 1. Null: unknown. */
const place = z.int32().positive().nullable();
/** Shown to people. */
const shown = (length: number) => z.string().max(length).transform(printable);
const text = shown(16_384);
/** JSON pointer into the data of a template, or a file of it. Null: neither. */
const path = z.string().max(1_000).nullable().default(null);

/** The first record. */
const Hello = z.object({
  type: z.literal("hello"),
  protocol: z.literal(1),
  /** E.g. `manim`. */
  painter: z.string().max(100),
  version: z.string().max(100),
});

/** The scenes of the script, or of data. Several events continue one list. */
const Scenes = z.object({
  type: z.literal("scenes"),
  scenes: z
    .array(
      z.object({
        name: shown(200),
        line: place,
        /** Of data: the names of its marks. */
        marks: z.array(z.string().max(30)).max(50).optional(),
      }),
    )
    .max(1_000),
  /** Null: none can be chosen, and `failed` follows. */
  chosen: z.string().max(200).nullable(),
});

/** The result of the count pass, which draws nothing. */
const Counted = z.object({
  type: z.literal("counted"),
  animations: count,
  /** However long: the limit is the worker's. */
  durationMs: z.number().nonnegative(),
  /** Frames of the timeline, repeated ones included. */
  frames: z.int().nonnegative(),
  hasAudio: z.boolean(),
  /** Of each animation, or of the first ones. */
  framesOfEach: z.array(z.int().nonnegative()).max(5_000).default([]),
});
export type Counted = z.infer<typeof Counted>;

/** Of a scene and a mark of it, e.g. `questions-3/ask`. */
const spokenId = z.string().regex(/^[\w.-]{1,200}\/[a-z][a-z0-9-]{0,29}$/);
const MAX_LISTED = 200;

/** Texts that the worker speaks. Several events continue one list. */
const SpokenTexts = z.strictObject({
  type: z.literal("spoken"),
  texts: z
    .array(
      z.strictObject({
        /** Index of the scene. */
        scene: count,
        /** Names the text's clip in the job of a drawing. */
        id: spokenId,
        text: z.string().min(1).max(4_000),
        /** BCP 47. */
        language: z.string().regex(/^[\w-]{2,35}$/),
      }),
    )
    .max(MAX_LISTED),
});

/** A text to speak. */
export type SpokenText = z.infer<typeof SpokenTexts>["texts"][number];

const atMs = z.number().nonnegative().max(86_400_000);

/** Audio that the worker mixes, in the order of time. Several events continue one list. */
const Sounds = z.strictObject({
  type: z.literal("sounds"),
  sounds: z
    .array(
      z.union([
        /** A spoken text. */
        z.strictObject({ atMs, clip: spokenId }),
        /** A file of the template's folder `sounds`. */
        z.strictObject({
          atMs,
          file: z.string().regex(/^[\w-][\w.-]{0,99}$/),
          durationMs: z.number().positive().max(3_600_000).optional(),
          gainDb: z.number().min(-60).max(12).optional(),
        }),
      ]),
    )
    .max(MAX_LISTED),
});

/** Audio at a time of the video. */
export type PlacedSound = z.infer<typeof Sounds>["sounds"][number];

/** A scene whose texts have known lengths. Its sounds have been sent. */
const PlannedScene = z.strictObject({
  type: z.literal("scene"),
  index: count,
  /** SHA-256 of what decides its frames, besides template, materials and size. Hexadecimal. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  frames: z.int32().positive(),
  name: z.string().max(200),
});

/** Data of one video, in a list of them. */
const Row = z.object({
  type: z.literal("row"),
  index: count,
  scenes: count,
  /** Null: it cannot be counted. */
  frames: count.nullable(),
  speechCharacters: count,
  /** What each scene shows and says, by a key, with its frames. Absent: the painter does not say. */
  looks: z
    .array(z.object({ key: z.string().regex(/^[0-9a-f]{32}$/), frames: count }))
    .max(2_000)
    .optional(),
  issues: z.array(z.object({ code: z.string().regex(/^[A-Z][A-Z_]{0,99}$/), message: text, path })).max(50),
});

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
  name: shown(1_000),
  /** Its planned number of frames. */
  frames: z.int().nonnegative().nullable(),
});

const Warning = z.object({
  type: z.literal("warning"),
  code: z.string().regex(/^[A-Z][A-Z_]{0,99}$/),
  message: text,
  line: place,
  column: place,
  path,
});

/** Codes of failures that a painter reports. All but `PAINTER_BROKEN` are the fault of what it draws. */
const failureCodes = [
  "SCRIPT_SYNTAX",
  "SCENE_MISSING",
  "SCENE_AMBIGUOUS",
  "IMPORT_UNAVAILABLE",
  "SCRIPT_INTERACTIVE",
  "SCRIPT_FAILED",
  "SCRIPT_TIME",
  "SCRIPT_MEMORY",
  "TEX_MISSING",
  "TEX_FAILED",
  "TEMPLATE_INVALID",
  "TEMPLATE_TOO_COSTLY",
  "DATA_INVALID",
  "TEXT_TOO_LONG",
  "PAINTER_BROKEN",
] as const;

const Failed = z.object({
  type: z.literal("failed"),
  code: z.enum(failureCodes),
  message: text,
  line: place,
  column: place,
  path,
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
  SpokenTexts,
  Sounds,
  PlannedScene,
  Row,
  Picture,
  Step,
  Warning,
  Failed,
  Done,
]);
export type PainterEvent = z.infer<typeof PainterEvent>;
