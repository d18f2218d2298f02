import { Rung } from "@reelay/contracts";
import type { VariantStatus as Status } from "../../prisma/generated/enums.ts";
import { errorOf } from "../../src/jobs/index.ts";
import { belowMinimum, qualityNote } from "../../src/kinds/index.ts";
import type { LiveVariant } from "../../src/progress/index.ts";
import { variantFraction } from "../../src/videos/index.ts";
import { builder } from "../builder.ts";
import { type Context, workspaceOf } from "../context.ts";
import { Tier, VariantStatus, VideoCodec } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { loadAccount, ProvenanceType } from "./provenance.ts";
import { qualityOf, VariantQuality } from "./quality.ts";

/** Columns that identify live values and show whether they are newer. */
export const liveColumns = {
  videoId: true,
  attemptId: true,
  name: true,
  status: true,
  fraction: true,
} as const;

interface LiveRow {
  videoId: string;
  attemptId: string | null;
  name: string;
  status: Status;
  fraction: number;
}

/** Live values during a render, unless the row is newer. */
function liveOf(row: LiveRow, ctx: Context): LiveVariant | undefined {
  if (row.status !== "RENDERING" && row.status !== "PENDING") return undefined;
  const live = ctx.live.variant(row.videoId, row.attemptId, row.name);
  return live && live.fraction >= row.fraction ? live : undefined;
}

export const fractionOf = (row: LiveRow, ctx: Context): number =>
  variantFraction(row.status, liveOf(row, ctx)?.fraction ?? row.fraction);

export const Variant = builder.prismaNode("Variant", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, video: { workspaceId: workspaceOf(ctx) } }),
  description: "One rung rendered for one video, which viewers play.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name of the rung, e.g. `720p`. Unique within the video." }),
    tier: t.expose("tier", { type: Tier, description: "Importance." }),
    status: t.expose("status", { type: VariantStatus, description: "Status of the variant." }),
    codec: t.field({
      type: VideoCodec,
      description: "Video codec.",
      select: { codec: true },
      resolve: ({ codec }) => Rung.shape.codec.parse(codec),
    }),
    width: t.exposeInt("width", { nullable: true, description: "Pixels; null until planned." }),
    height: t.exposeInt("height", { nullable: true, description: "Pixels; null until planned." }),
    frameRate: t.exposeFloat("frameRate", {
      nullable: true,
      description: "Frames per second; null until planned.",
    }),
    bitrateBps: t.exposeInt("bitrateBps", { description: "Maximum video bitrate in bits per second." }),
    fraction: t.float({
      description: "Progress, 0 to 1. Never decreases within an attempt.",
      select: liveColumns,
      resolve: (variant, _args, ctx) => fractionOf(variant, ctx),
    }),
    fps: t.float({
      nullable: true,
      description: "Frames encoded per second now. Null if unknown.",
      select: { ...liveColumns, fps: true },
      resolve: (variant, _args, ctx) => liveOf(variant, ctx)?.fps ?? variant.fps,
    }),
    speed: t.float({
      nullable: true,
      description: "Seconds of video encoded per second now. Null if unknown.",
      select: { ...liveColumns, speed: true },
      resolve: (variant, _args, ctx) => liveOf(variant, ctx)?.speed ?? variant.speed,
    }),
    etaMs: t.field({
      type: "SafeInt",
      nullable: true,
      description: "Estimated milliseconds until it is done. Null if unknown, 0 once ready.",
      select: { ...liveColumns, etaMs: true },
      resolve: (variant, _args, ctx) => {
        if (variant.status === "READY") return 0;
        const live = liveOf(variant, ctx);
        const etaMs = live ? live.etaMs : variant.etaMs;
        return etaMs === null ? null : Math.round(etaMs);
      },
    }),
    frames: t.int({
      description: "Frames encoded so far.",
      select: { ...liveColumns, frames: true },
      resolve: (variant, _args, ctx) => Math.max(variant.frames, liveOf(variant, ctx)?.frames ?? 0),
    }),
    sizeBytes: t.field({
      type: "SafeInt",
      description: "Bytes stored so far; its size once ready.",
      select: { ...liveColumns, sizeBytes: true },
      resolve: (variant, _args, ctx) => {
        const live = liveOf(variant, ctx)?.sizeBytes ?? 0n;
        return live > variant.sizeBytes ? live : variant.sizeBytes;
      },
    }),
    skipReason: t.exposeString("skipReason", {
      nullable: true,
      description: "Why it is SKIPPED. Otherwise null.",
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Error of a FAILED variant.",
      select: { error: true },
      resolve: errorOf,
    }),
    quality: t.field({
      type: VariantQuality,
      nullable: true,
      description: "Similarity to the source. Null until measured, shortly after READY.",
      select: { quality: true },
      resolve: qualityOf,
    }),
    minVmaf: t.exposeFloat("minVmaf", {
      nullable: true,
      description: "Minimum mean VMAF of its profile.",
    }),
    isBelowMinimum: t.boolean({
      nullable: true,
      description:
        "Whether the variant misses `minVmaf`. Null if the profile sets no minimum, or VMAF was not measured.",
      select: { minVmaf: true, quality: true },
      resolve: (variant) => belowMinimum({ minVmaf: variant.minVmaf, quality: qualityOf(variant) }),
    }),
    qualityNote: t.string({
      nullable: true,
      description:
        "Explains why the variant misses `minVmaf`, or why its quality was not measured. Otherwise null.",
      select: { name: true, bitrateBps: true, minVmaf: true, quality: true },
      resolve: (variant) => qualityNote({ ...variant, quality: qualityOf(variant) }),
    }),
    provenance: t.field({
      type: ProvenanceType,
      nullable: true,
      description:
        "Programs and commands that made it. For a video that was rendered in parts: those of its first part; `Job.tasks { attempts }` has all.",
      select: { name: true, attemptId: true },
      resolve: async ({ name, attemptId }, _args, ctx) => {
        const account = attemptId === null ? undefined : await loadAccount(ctx, attemptId);
        return account ? { account, variant: name } : null;
      },
    }),
    readyAt: t.expose("readyAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was complete. Null before.",
    }),
  }),
});
