import { Account, AnimationSettings, CompositionSettings, Profile } from "@reelay/contracts";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { SourceKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import type { Range } from "../prices/index.ts";
import { Features, featuresOf, sourceBytesOf, type VideoFacts } from "./features.ts";
import { learn, type Sample } from "./predict.ts";
import { usualOfMedia, usualOfScripts, usualOfTemplate, type WorkModels } from "./usual.ts";

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

/** What decides the effort per pixel of a drawn source: its template and a clip, or a script's renderer. */
function lookOf({ source, params }: Pick<WorkKey, "source" | "params">): string {
  if (source === "TEMPLATE") {
    const { template, background } = CompositionSettings.parse(params);
    return background ? `${template.sha256} over a clip` : template.sha256;
  }
  return source === "MANIM" ? AnimationSettings.parse(params).renderer : "";
}

function usualOf({ source, params }: Pick<WorkKey, "source" | "params">): WorkModels {
  if (source === "TEMPLATE") {
    const { template, background } = CompositionSettings.parse(params);
    return usualOfTemplate(template.name, background !== undefined);
  }
  return source === "MANIM" ? usualOfScripts : usualOfMedia;
}

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
          source: { select: { kind: true, params: true, sizeBytes: true } },
        },
      },
      tasks: {
        select: {
          attempts: {
            where: { outcome: "COMPLETED" },
            select: { offer: true, cpuSeconds: true, wallSeconds: true, account: true },
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
      features: featuresOf(profile, {
        durationMs,
        width,
        height,
        frameRate,
        ...sourceBytesOf(source),
        ...drawnOf(attempts, durationMs),
        ...(source.kind === "TEMPLATE" && templateOf(source.params)),
      }),
      cpuSeconds: attempts.reduce((sum, each) => sum + (each.cpuSeconds ?? 0), 0),
      wallSeconds: attempts.reduce((sum, each) => sum + (each.wallSeconds ?? 0), 0),
    },
  });
}

function templateOf(params: unknown): Pick<VideoFacts, "template" | "isOverVideo"> {
  const { template, background } = CompositionSettings.parse(params);
  return { template: template.name, isOverVideo: background !== undefined };
}

/** What was spoken and drawn; speech and chunks that the workspace had already cost next to nothing. Pure. */
function drawnOf(attempts: readonly { account: unknown }[], durationMs: number) {
  const accounts = attempts.flatMap(({ account }) => Account.safeParse(account).data ?? []);
  const spoken = accounts.map(({ speech }) => speech?.spokenCharacters ?? 0);
  const drawn = accounts.flatMap(({ drawnMs }) => drawnMs ?? []);
  const drawnMs = drawn.reduce((sum, each) => sum + each, 0);
  return {
    speechCharacters: Math.max(0, ...spoken),
    ...(drawn.length > 0 && { drawnShare: Math.min(1, drawnMs / durationMs) }),
  };
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
  /** Number of finished videos of the same template or renderer and profile; without any, of others. */
  samples: number;
}

interface Row {
  look: string;
  profile: string;
  features: unknown;
  cpuSeconds: number;
  wallSeconds: number;
}

/** After so many newer samples, one counts half: machines, builds and above all their neighbors change. */
const halfAfter = { cpuSeconds: 20, wallSeconds: 8 } as const;
/** All samples of other templates, renderers and profiles together count as so many. */
const OTHERS_WEIGHT = 1;

/** What videos of a key take on machines of an offer, as learned from finished ones. */
export interface LearnedWork extends Pick<Work, "basis" | "samples"> {
  /** Null: of a video that nothing is known of, which may be like any other; null if there are none. */
  estimate: (features: Features | null) => Pick<Work, "cpuSeconds" | "wallSeconds"> | null;
}

/**
 * Learns from finished videos of the same template or renderer and profile, else of the kind, else on other
 * machines; without any, it has the usual figures. `offer`: null for machines of any offer.
 */
export async function learnWork(
  db: Db,
  key: WorkKey,
  { offer }: { offer: string | null },
): Promise<LearnedWork> {
  const here = { kind: key.kind, ...(offer !== null && { offer }) };
  const [look, { profile }] = [lookOf(key), key];
  let rows = await readSamples(db, { ...here, look, profile });
  if (rows.length < ENOUGH) rows = await readSamples(db, here);
  const isHere = rows.length > 0;
  if (!isHere) rows = await readSamples(db, { kind: key.kind });
  const isAlike = (row: Row): boolean => row.look === look && row.profile === profile;
  const [alike, others] = [rows.filter(isAlike), rows.filter((row) => !isAlike(row))];
  const usual = usualOf(key);
  const learnOf = (amount: keyof typeof halfAfter) => {
    const weigh = (part: readonly Row[], by: number) =>
      part.map((row, age): Sample => {
        const features = Features.parse(row.features);
        const own =
          row.look === look
            ? undefined
            : usualOfTemplate(features.template ?? "", features.isOverVideo)[amount];
        return {
          ...{ features, seconds: row[amount], weight: by * 0.5 ** (age / halfAfter[amount]) },
          ...(own && key.source === "TEMPLATE" && { usual: own }),
        };
      });
    return learn([...weigh(alike, 1), ...weigh(others, OTHERS_WEIGHT / others.length)], usual[amount]);
  };
  const learned = { cpuSeconds: learnOf("cpuSeconds"), wallSeconds: learnOf("wallSeconds") };
  const count = alike.length > 0 ? alike.length : rows.length;
  return {
    basis: count === 0 ? "DEFAULT" : !isHere ? "SCALED" : count >= MEASURED_FROM ? "MEASURED" : "FEW",
    samples: count,
    estimate(features) {
      if (features !== null)
        return { cpuSeconds: learned.cpuSeconds(features), wallSeconds: learned.wallSeconds(features) };
      if (count === 0) return null;
      return {
        cpuSeconds: spreadOf(rows.map((row) => row.cpuSeconds)),
        wallSeconds: spreadOf(rows.map((row) => row.wallSeconds)),
      };
    },
  };
}

/** The same for one video. Null: nothing is known, neither of it nor of others. */
export async function estimateWork(
  db: Db,
  key: WorkKey,
  { offer, features }: { offer: string | null; features: Features | null },
): Promise<Work | null> {
  const { basis, samples, estimate } = await learnWork(db, key, { offer });
  const estimated = estimate(features);
  return estimated && { ...estimated, basis, samples };
}

const readSamples = (
  db: Db,
  where: { kind: string; offer?: string; look?: string; profile?: string },
): Promise<Row[]> =>
  db.workSample.findMany({
    where,
    orderBy: { id: "desc" },
    take: USED,
    select: { look: true, profile: true, features: true, cpuSeconds: true, wallSeconds: true },
  });

/** Of a video of which nothing is known: it may be like any other. */
function spreadOf(values: readonly number[]): Range {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { low: at(0), likely: at(0.5), high: at(1) };
}
