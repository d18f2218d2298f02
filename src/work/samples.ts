import { AnimationSettings, CompositionSettings, Profile } from "@reelay/contracts";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { SourceKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import type { Range } from "../prices/index.ts";
import { Features, featuresOf } from "./features.ts";
import { predict, type WorkShape } from "./predict.ts";

/** Newest samples of a key that estimates use, */
const USED = 60;
/** and that are kept. */
const KEPT = 100;
/** Fewer are too few: those of less similar work join them. */
const ENOUGH = 8;
/** From so many on, an estimate counts as measured. */
const MEASURED_FROM = 20;

export interface WorkKey {
  /** Kind of the job. */
  kind: string;
  source: SourceKind;
  /** Settings of a drawn source; null for media files. */
  params: unknown;
  profile: string;
}

/** What decides the effort per pixel of a drawn source: its template, or the renderer of a script. */
function lookOf({ source, params }: Pick<WorkKey, "source" | "params">): string {
  if (source === "TEMPLATE") return CompositionSettings.parse(params).template.sha256;
  return source === "MANIM" ? AnimationSettings.parse(params).renderer : "";
}

const shapeOf = ({ source }: Pick<WorkKey, "source">): WorkShape =>
  source === "TEMPLATE" || source === "MANIM" ? "DRAWN" : "MEDIA";

/**
 * Keeps what a succeeded job took, for estimates: of a job that rendered a whole video with machines of one
 * offer. Others, and retries, say nothing about a first render.
 */
export async function recordSample(tx: Tx, jobId: string, now: Date): Promise<void> {
  const job = await tx.job.findUniqueOrThrow({
    where: { id: jobId },
    select: {
      ...{ kind: true, profile: true, retryOfId: true, onlyVariants: true, editionId: true },
      video: {
        select: {
          ...{ durationMs: true, width: true, height: true, frameRate: true },
          source: { select: { kind: true, params: true } },
        },
      },
      tasks: {
        select: {
          attempts: {
            where: { outcome: "COMPLETED" },
            select: { offer: true, cpuSeconds: true, wallSeconds: true },
          },
        },
      },
    },
  });
  const { durationMs, width, height, frameRate, source } = job.video;
  const isWhole = job.retryOfId === null && job.onlyVariants.length === 0 && job.editionId === null;
  if (!isWhole || !source || !durationMs || !width || !height || !frameRate) return;
  const attempts = job.tasks.flatMap((task) => task.attempts);
  const [first] = attempts;
  if (!first?.offer || attempts.some(({ offer }) => offer !== first.offer)) return;
  if (attempts.some(({ cpuSeconds, wallSeconds }) => cpuSeconds === null || wallSeconds === null)) return;
  const profile = Profile.parse(job.profile);
  await tx.workSample.create({
    data: {
      ...{ kind: job.kind, offer: first.offer, profile: profile.name, endedAt: now },
      look: lookOf({ source: source.kind, params: source.params }),
      features: featuresOf(profile, { durationMs, width, height, frameRate }),
      cpuSeconds: attempts.reduce((sum, each) => sum + (each.cpuSeconds ?? 0), 0),
      wallSeconds: attempts.reduce((sum, each) => sum + (each.wallSeconds ?? 0), 0),
    },
  });
}

/** Deletes all but the newest samples of each key. The table stays small, so reading all of it is cheap. */
export const trimSamples = (db: PrismaClient) =>
  db.$executeRaw`
    DELETE FROM work_samples WHERE id IN (SELECT id FROM (
      SELECT id, row_number() OVER (PARTITION BY kind, offer, look, profile ORDER BY id DESC) AS age FROM work_samples) ranked
      WHERE age > ${KEPT})`;

/**
 * `MEASURED`: from 20 or more finished videos of the kind on such machines. `FEW`: from fewer. `SCALED`: from
 * other machines. `DEFAULT`: figures of the release.
 */
export type WorkBasis = "MEASURED" | "FEW" | "SCALED" | "DEFAULT";

export interface Work {
  cpuSeconds: Range;
  /** Of slots. */
  wallSeconds: Range;
  basis: WorkBasis;
  /** Number of finished videos that it is learned from. */
  samples: number;
}

/** Wall time per processor time, until it is measured. */
const USUAL_WALL = 0.6;

interface Row {
  features: unknown;
  cpuSeconds: number;
  wallSeconds: number;
}

/**
 * What a video takes on machines of an offer, as learned from finished ones: of the same template or renderer
 * and profile, else of the kind, else on other machines, else a default. Without features, of a video that
 * is as long and large as the others; null if there are none.
 */
export async function estimateWork(
  db: Db,
  key: WorkKey,
  { offer, features }: { offer: string; features: Features | null },
): Promise<Work | null> {
  const shape = shapeOf(key);
  const same = { kind: key.kind, offer, look: lookOf(key), profile: key.profile };
  let rows = await readSamples(db, same);
  if (rows.length < ENOUGH) rows = await readSamples(db, { kind: key.kind, offer });
  const isHere = rows.length > 0;
  if (!isHere) rows = await readSamples(db, { kind: key.kind });
  if (features === null && rows.length === 0) return null;
  const samples = rows.map((row) => ({ row, features: Features.parse(row.features) }));
  const learn = (secondsOf: (row: Row) => number): Range => {
    const seconds = samples.map(({ row, features: own }) => ({ features: own, seconds: secondsOf(row) }));
    return features === null
      ? spreadOf(seconds.map((each) => each.seconds))
      : predict(seconds, shape, features);
  };
  const cpuSeconds = learn((row) => row.cpuSeconds);
  const wall = learn((row) => row.wallSeconds);
  const isUnknown = samples.length === 0;
  return {
    cpuSeconds,
    wallSeconds: isUnknown ? scale(cpuSeconds, USUAL_WALL) : wall,
    basis: isUnknown ? "DEFAULT" : !isHere ? "SCALED" : samples.length >= MEASURED_FROM ? "MEASURED" : "FEW",
    samples: samples.length,
  };
}

const readSamples = (
  db: Db,
  where: { kind: string; offer?: string; look?: string; profile?: string },
): Promise<Row[]> =>
  db.workSample.findMany({
    where,
    orderBy: { id: "desc" },
    take: USED,
    select: { features: true, cpuSeconds: true, wallSeconds: true },
  });

const scale = ({ low, likely, high }: Range, factor: number): Range => ({
  low: low * factor,
  likely: likely * factor,
  high: high * factor,
});

/** Of a video of which nothing is known: it may be like any other. */
function spreadOf(values: readonly number[]): Range {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { low: at(0), likely: at(0.5), high: at(1) };
}
