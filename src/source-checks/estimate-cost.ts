import { AnimationSettings, CompositionSettings, type Timeline } from "@reelay/contracts";
import { z } from "zod";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { SourceKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { taskKindOf } from "./need.ts";

export const estimateBases = ["MEASURED", "DEFAULT"] as const;
export type EstimateBasis = (typeof estimateBases)[number];

/** What drawing a source and rendering its frames would take. */
export const Estimate = z.object({
  /** Processor time of all cores. */
  cpuSeconds: z.number().nonnegative(),
  basis: z.enum(estimateBases),
  /** With `MEASURED`: number of finished videos that it is learned from. */
  samples: z.int().nonnegative(),
});
export type Estimate = z.infer<typeof Estimate>;

/** Start of the painter, the count pass, and the start of the encoder, as measured. */
const START_CPU_SECONDS = 2.5;
/**
 * Drawing, and all rungs of the default profile, per million pixels of the timeline. Measured on a server's
 * core: 0.021 and 0.025 for `tests/bench/animation/lesson.py` at 480p15 and 720p30, 0.015 for a scene of 7 s
 * at 1080p60, 0.011 for the same with OpenGL at 480p15, 0.02 for 26 s of quiz-classic at 1080p30.
 */
const cpuSecondsPerMegapixel = { CAIRO: 0.02, OPENGL: 0.015, TEMPLATE: 0.02 } as const;
/** Newest finished videos that an estimate is learned from, */
const SAMPLES = 50;
/** among the newest completed attempts. */
const LOOKED_AT = 1_000;

interface Learned {
  samples: number;
  cpuSeconds: number | null;
  megapixels: number | null;
}

/** What decides the costs of a pixel, besides the kind of the source. */
interface Look {
  width: number;
  height: number;
  drawnBy: keyof typeof cpuSecondsPerMegapixel;
  /** Of a script; null for others. */
  renderer: string | null;
  /** SHA-256 of the template; null without one. */
  template: string | null;
}

const looks = {
  MANIM(params: Prisma.JsonValue): Look {
    const { width, height, renderer } = AnimationSettings.parse(params);
    return { width, height, drawnBy: renderer, renderer, template: null };
  },
  TEMPLATE(params: Prisma.JsonValue): Look {
    const { width, height, template } = CompositionSettings.parse(params);
    return { width, height, drawnBy: "TEMPLATE", renderer: null, template: template.sha256 };
  },
} satisfies Partial<Record<SourceKind, (params: Prisma.JsonValue) => Look>>;

const lookOf = (kind: SourceKind, params: Prisma.JsonValue): Look => {
  if (kind === "MANIM" || kind === "TEMPLATE") return looks[kind](params);
  throw new Error(`A source of the kind ${kind} is not drawn.`);
};

/**
 * Learns the costs per pixel from videos with the same renderer or template that were drawn at the first try,
 * else uses figures that were measured once. Pictures that stand still cost less, which the average includes.
 */
export async function estimateCost(
  db: Db,
  subject: { kind: SourceKind; params: Prisma.JsonValue },
  { frames }: Pick<Timeline, "frames">,
): Promise<Estimate> {
  return (await learnCost(db, subject))(frames);
}

/** The same for many sources that only differ in their frames. */
export async function learnCost(
  db: Db,
  { kind, params }: { kind: SourceKind; params: Prisma.JsonValue },
): Promise<(frames: number) => Estimate> {
  const { width, height, drawnBy, renderer, template } = lookOf(kind, params);
  const [learned] = await db.$queryRaw<[Learned]>`
    SELECT count(*)::int AS samples, sum(cpu_seconds)::float8 AS "cpuSeconds", sum(megapixels)::float8 AS megapixels
    FROM (
      SELECT a.cpu_seconds, v.duration_ms / 1e9 * (s.params->>'frameRate')::float8
        * (s.params->>'width')::float8 * (s.params->>'height')::float8 AS megapixels
      FROM (SELECT * FROM attempts WHERE outcome = 'COMPLETED' ORDER BY ended_at DESC LIMIT ${LOOKED_AT}) a
        JOIN tasks t ON t.id = a.task_id AND t.kind = ${taskKindOf(kind)}
        JOIN jobs j ON j.id = t.job_id AND j.only_variants = '{}' AND j.retry_of_id IS NULL
        JOIN videos v ON v.id = j.video_id JOIN sources s ON s.video_id = v.id
      WHERE a.number = 1 AND a.cpu_seconds IS NOT NULL AND v.duration_ms > 0
        AND s.params->>'renderer' IS NOT DISTINCT FROM ${renderer}
        AND s.params->'template'->>'sha256' IS NOT DISTINCT FROM ${template}
      ORDER BY a.ended_at DESC LIMIT ${SAMPLES}) newest`;
  return (frames) => toEstimate(learned, { megapixels: (frames * width * height) / 1e6, drawnBy });
}

/** Pure. */
function toEstimate(
  { samples, cpuSeconds, megapixels }: Learned,
  wanted: { megapixels: number; drawnBy: Look["drawnBy"] },
): Estimate {
  const isMeasured = cpuSeconds !== null && megapixels !== null && megapixels > 0;
  const perMegapixel = isMeasured
    ? Math.max(0, cpuSeconds - samples * START_CPU_SECONDS) / megapixels
    : cpuSecondsPerMegapixel[wanted.drawnBy];
  return {
    cpuSeconds: Math.round((START_CPU_SECONDS + perMegapixel * wanted.megapixels) * 10) / 10,
    basis: isMeasured ? "MEASURED" : "DEFAULT",
    samples: isMeasured ? samples : 0,
  };
}
