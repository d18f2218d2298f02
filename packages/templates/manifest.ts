import { z } from "zod";

const fileName = z
  .string()
  .max(100)
  .regex(/^[\w-][\w.-]*$/, "the name of a file in the template's folder, without a path");
const milliseconds = z.number().int().nonnegative().max(600_000);
/** A text with Liquid's `{{ … }}`. */
const liquid = z.string().max(5_000);

const Sound = z.strictObject({
  /** A file in the template's folder `sounds`. */
  file: fileName,
  /** Repeats it until the mark ends. Default: once. */
  everyMs: milliseconds.min(50).optional(),
  gainDb: z.number().min(-60).max(12).optional(),
});

const Mark = z.strictObject({
  /** Becomes the custom properties `--NAME`, `--NAME-lasts` and `--NAME-ends`. */
  mark: z.string().regex(/^[a-z][a-z0-9-]{0,29}$/, "a name of lower-case letters, digits and hyphens"),
  /** What is said from here on. The mark lasts at least as long. */
  speak: liquid.optional(),
  /** Silence after the speech. Default 300. */
  restMs: milliseconds.optional(),
  /** Length, in ms. Default: that of the speech. */
  lasts: z.union([milliseconds, liquid]).optional(),
  /** Time between the elements of a group, in ms: the custom property `--NAME-stagger`. */
  stagger: milliseconds.optional(),
  sound: z
    .union([fileName.transform((file) => ({ file })), Sound])
    .pipe(Sound)
    .optional(),
  /** Leaves the mark out if it renders to nothing, `false` or `0`. */
  when: liquid.optional(),
});
export type Mark = z.output<typeof Mark>;

const Fit = z.strictObject({
  /** CSS selector of elements whose text must stay inside of them. */
  select: z.string().min(1).max(200),
  maxFontPx: z.number().min(8).max(1_000),
  /** Below this size the text is too long. */
  minFontPx: z.number().min(8).max(1_000),
});
export type Fit = z.output<typeof Fit>;

const Scene = z.strictObject({
  /** Field of the data: one scene for each of its items. Default: one scene. */
  for: z.string().max(100).optional(),
  /** Field of an item that stays the same when items move. Default: the item's index. */
  key: z.string().max(100).optional(),
  /** Leaves the scene out if it renders to nothing, `false` or `0`. */
  when: liquid.optional(),
  /** Shown in the progress. Default: the name of the HTML file. */
  title: liquid.optional(),
  html: fileName,
  timeline: z.array(Mark).min(1).max(50),
  fits: z.array(Fit).max(20).default([]),
});
export type SceneTemplate = z.output<typeof Scene>;

/** `template.json`: see docs/reference/templates.md. */
export const TemplateManifest = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,49}$/, "a name of lower-case letters, digits and hyphens"),
  /** From 1. A version never changes once it is used. */
  version: z.int().positive(),
  title: z.string().min(1).max(100),
  description: z.string().max(1_000).default(""),
  /** Width and height of a frame, in pixels of CSS. */
  size: z.tuple([z.int().min(16).max(4_096), z.int().min(16).max(4_096)]),
  frameRate: z.number().min(1).max(60),
  /** JSON Schema of the data. */
  data: z.record(z.string(), z.unknown()),
  /** A complete example of the data, for galleries. */
  example: z.record(z.string(), z.unknown()),
  styles: z.array(fileName).max(10).default([]),
  /** `VIDEO`: the scenes may be shown over a video. Their roots have the class `over-video` then. */
  background: z.literal("VIDEO").optional(),
  scenes: z.array(Scene).min(1).max(50),
});
export type TemplateManifest = z.output<typeof TemplateManifest>;
