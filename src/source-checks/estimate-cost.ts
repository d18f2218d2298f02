import { AnimationSettings, CompositionSettings, type Timeline } from "@reelay/contracts";
import { z } from "zod";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { SourceKind } from "../../prisma/generated/enums.ts";
import { type Db, videoKindOf } from "../database/index.ts";
import { defaultProfile } from "../profiles/index.ts";
import { estimateWork, featuresOf } from "../work/index.ts";

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

interface Subject {
  kind: SourceKind;
  params: Prisma.JsonValue;
}

/** Of a checked source, with the default profile. */
export async function estimateCost(
  db: Db,
  { kind, params }: Subject,
  { frames, speechCharacters = 0 }: Pick<Timeline, "frames"> & { speechCharacters?: number | undefined },
): Promise<Estimate> {
  const { width, height, frameRate } = sizeOf(kind, params);
  const durationMs = (frames * 1_000) / frameRate;
  const features = featuresOf(defaultProfile, { durationMs, width, height, frameRate, speechCharacters });
  const key = { kind: videoKindOf(kind), source: kind, params, profile: defaultProfile.name };
  const work = await estimateWork(db, key, { offer: null, features });
  if (work === null) throw new Error("Work with known features has an estimate.");
  const { cpuSeconds, basis, samples } = work;
  return {
    cpuSeconds: Math.round(cpuSeconds.likely * 10) / 10,
    basis: basis === "DEFAULT" ? "DEFAULT" : "MEASURED",
    samples,
  };
}

function sizeOf(kind: SourceKind, params: Prisma.JsonValue) {
  if (kind === "MANIM") return AnimationSettings.parse(params);
  if (kind === "TEMPLATE") return CompositionSettings.parse(params);
  throw new Error(`A source of the kind ${kind} is not drawn.`);
}
