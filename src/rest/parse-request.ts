import type { AnimationRenderer } from "@reelay/contracts";
import { InvalidInputError } from "../errors/index.ts";
import type { AspectRatio, CreateVideoInput, ManimQuality } from "../videos/index.ts";
import { createFields, type Fields } from "./fields.ts";
import { restErrors } from "./rest-error.ts";

/** What a request asks for. */
export interface RestRequest {
  video: CreateVideoInput;
  /** Answer with a line for each step, instead of once at the end. */
  isStreamed: boolean;
  /** Names of the request's fields by those of `video`, for errors of `createVideo`. */
  names: Readonly<Record<string, string>>;
}

const DEFAULT_SCENE = "GenScene";

/** The MP4 has the size of the drawing: the largest variant up to this height. */
const largestMp4 = { height: 2160 } as const;

/** The names of GraphQL, of Manim, of its short options, and of the sizes. */
const qualities = new Map<string, ManimQuality>([
  ...(["low", "low_quality", "l", "480p"] as const).map((name) => [name, "LOW"] as const),
  ...(["medium", "medium_quality", "m", "720p"] as const).map((name) => [name, "MEDIUM"] as const),
  ...(["high", "high_quality", "h", "1080p"] as const).map((name) => [name, "HIGH"] as const),
  ...(["production", "production_quality", "p", "1440p"] as const).map(
    (name) => [name, "PRODUCTION"] as const,
  ),
  ...(["four_k", "fourk_quality", "k", "2160p", "4k"] as const).map((name) => [name, "FOUR_K"] as const),
]);

const renderers = new Map<string, AnimationRenderer>([
  ["cairo", "CAIRO"],
  ["opengl", "OPENGL"],
]);

const aspectRatios = new Map<string, AspectRatio>([
  ["16:9", "WIDE"],
  ["9:16", "TALL"],
  ["1:1", "SQUARE"],
]);

const formats = new Map([["mp4", "mp4"]]);

/** The body of `POST /v1/video/rendering`. Throws `RestError`. */
export function parseRendering(body: Readonly<Record<string, unknown>>): RestRequest {
  const fields = createFields(body);
  const code = fields.required("code", "the text of a Manim script");
  const scene = fields.text("file_class") ?? DEFAULT_SCENE;
  const aspectRatio = fields.choice("aspect_ratio", aspectRatios);
  const isStreamed = fields.flag("stream");
  const labels = readLabels(fields, ["file_name", "user_id", "project_name", "iteration"]);
  const title = titleOf(labels.file_name) ?? titleOf(labels.project_name) ?? scene;
  const manim = { script: code, scene, aspectRatio, ...readDrawing(fields) };
  return {
    video: { title, metadata: labels, source: { manim }, ...readMaking(fields) },
    isStreamed,
    names: { "source.manim.script": "code", "source.manim.scene": "file_class", "source.manim.seed": "seed" },
  };
}

/** The body of `POST /render`. Throws `RestError`. */
export function parseRender(body: Readonly<Record<string, unknown>>): RestRequest {
  const fields = createFields(body);
  const script = fields.required("script", "the text of a Manim script");
  fields.choice("format", formats);
  const labels = readLabels(fields, ["video_id"]);
  const scene = hasDefaultScene(script) ? DEFAULT_SCENE : null;
  const title = titleOf(labels.video_id) ?? DEFAULT_SCENE;
  const manim = { script, scene, ...readDrawing(fields) };
  return {
    video: { title, metadata: labels, source: { manim }, ...readMaking(fields) },
    isStreamed: false,
    names: { "source.manim.script": "script", "source.manim.scene": "script", "source.manim.seed": "seed" },
  };
}

/** Whether the default scene is in a script, which may also have a single scene of another name. */
const hasDefaultScene = (script: string): boolean => /^class GenScene\b/m.test(script);

const readDrawing = (fields: Fields) => ({
  quality: fields.choice("quality", qualities),
  renderer: fields.choice("renderer", renderers),
  seed: fields.number("seed"),
});

const readMaking = (fields: Fields) => ({
  profile: fields.text("profile"),
  idempotencyKey: fields.text("idempotencyKey"),
  download: largestMp4,
});

function readLabels<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Partial<Record<Name, string | number>> {
  const entries = names.map((name) => [name, fields.label(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== null)) as Partial<
    Record<Name, string | number>
  >;
}

/** Null: it cannot be a title. */
const titleOf = (label: string | number | undefined): string | null => String(label ?? "").trim() || null;

/** An error of `createVideo` with the request's own name of the field. */
export function renameField(error: unknown, names: RestRequest["names"]): unknown {
  if (!(error instanceof InvalidInputError)) return error;
  const { field, message } = error;
  const name = names[field];
  if (name === undefined || !message.startsWith(`${field}: `)) return error;
  return restErrors.field(name, message.slice(field.length + 2));
}
