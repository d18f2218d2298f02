import {
  type AudioState,
  audioRoles,
  type Pool,
  Profile,
  PublishedPlaylist,
  type RenderRequested,
  RenditionPart,
  type SourceRef,
  type TaskPart,
  toSounds,
  type VariantState,
} from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import { JobPlan } from "../parts/plan-tasks.ts";
import { inOrder } from "../videos/sounds.ts";

/** What a task's message is made from. */
export const taskWithAll = {
  job: {
    include: {
      video: {
        include: {
          ...{ source: true, variants: true, audioTracks: true },
          parts: { where: { startMs: 0, isComplete: true } },
        },
      },
    },
  },
  _count: { select: { attempts: true } },
} satisfies Prisma.TaskInclude;

export type TaskWithAll = Prisma.TaskGetPayload<{ include: typeof taskWithAll }>;

/** Sources of at most so many milliseconds are one task. */
export interface SplitLimits {
  wholeUpToMs: number;
}

/** Of a long source, milliseconds: short segments of 1, 1, 2 and 4 s, so that it plays at once. */
const headMs = 8_000;

/** Further rows for a task's message. */
export interface Besides {
  sums?: RenderRequested["sums"] | undefined;
  /** What the workspace's storage quota has room for. Default: any number. */
  roomBytes?: number | undefined;
}

/** The message that says everything that a worker needs, with what is finished already to be kept. */
export function toRenderRequested(
  task: TaskWithAll,
  now: Date,
  limits: SplitLimits,
  { sums = [], roomBytes }: Besides = {},
): RenderRequested {
  const { id, pool, job, _count } = task;
  const { video } = job;
  const source = toSourceRef(video.source);
  const profile = Profile.parse(job.profile);
  // Made while the source was arriving: of a job that is not split yet, for which its worker has the whole to look at.
  const hasHead =
    task.kind === "RENDER" && job.plan === null && job.onlyVariants.length === 0 && video.parts.length > 0;
  return {
    type: "render.requested.v1",
    videoId: video.id,
    jobId: job.id,
    taskId: id,
    pool: pool.toLowerCase() as Pool,
    priority: job.priority,
    source,
    profile,
    keep: {
      variants: video.variants.filter((variant) => isKept(job, variant)).map(toVariantState),
      ...toSounds(
        inOrder(video.audioTracks.filter(({ name }) => !job.repairs.includes(name))).flatMap(toKeptAudio),
      ),
      ...(hasHead && { parts: video.parts.map((part) => RenditionPart.parse(part)) }),
    },
    turn: _count.attempts,
    ...(job.onlyVariants.length > 0 && { only: job.onlyVariants }),
    part: toPart(task, limits),
    ...((task.kind === "CHUNK" || task.kind === "AUDIO") && { ladder: toLadder(task, task.renditions) }),
    ...(hasHead && {
      ladder: toLadder(
        task,
        video.parts.map(({ rendition }) => rendition),
      ),
    }),
    // Public: the key is part of an address. The title is in the answer to a signed request alone.
    ...(profile.download && { downloadName: "download.mp4" }),
    ...(sums.length > 0 && { sums }),
    ...(source.kind === "url" && roomBytes !== undefined && { maxSourceBytes: roomBytes }),
    ...(asksForStoryboard(task) && { storyboard: true }),
    ...(task.needsMemoryBytes !== null && { needsMemoryBytes: Number(task.needsMemoryBytes) }),
    ...(task.outOfMemory > 0 && { outOfMemory: task.outOfMemory }),
    requestedAt: now.toISOString(),
  };
}

/** Of a video that has none, whoever makes the whole of it, or the last of its pictures: it delays nothing there. */
function asksForStoryboard({ kind, endMs, job }: TaskWithAll): boolean {
  const isLast = kind === "RENDER" || (kind === "CHUNK" && endMs === null);
  const isWanted = job.kind === "REPAIR" ? job.repairs.includes("storyboard") : job.video.storyboard === null;
  return isLast && isWanted && job.onlyVariants.length === 0;
}

function toPart(
  { kind, startMs, endMs, renditions, job }: TaskWithAll,
  { wholeUpToMs }: SplitLimits,
): TaskPart {
  switch (kind) {
    case "RENDER": {
      const plan = JobPlan.nullable().parse(job.plan);
      return { kind: "HEAD", wholeUpToMs, headMs: plan?.headEndMs ?? headMs };
    }
    case "CHUNK":
      return { kind: "CHUNK", startMs, endMs };
    case "DOWNLOAD":
    case "PREVIEW":
      return { kind };
    case "POSTER":
      return { kind, atMs: startMs };
    default:
      return { kind: "AUDIO", startMs, ...(renditions.length > 0 && { renditions }) };
  }
}

/** Finished, and not to be made again. */
const isKept = (
  { repairs }: TaskWithAll["job"],
  { name, status }: TaskWithAll["job"]["video"]["variants"][number],
): boolean => status === "READY" && !repairs.includes(name);

/** As the head's worker planned them; what is finished meanwhile is not made again. */
function toLadder({ job }: TaskWithAll, renditions: readonly string[]): VariantState[] {
  const encoders = JobPlan.nullable().parse(job.plan)?.encoders ?? {};
  return job.video.variants
    .filter(
      (variant) => renditions.includes(variant.name) && variant.status !== "SKIPPED" && !isKept(job, variant),
    )
    .toSorted((a, b) => a.position - b.position)
    .map((variant) => {
      const encoder = encoders[variant.name];
      const planned = toVariantState({ ...variant, status: "PENDING", playlist: null });
      return Object.assign(planned, encoder !== undefined && { encoder });
    });
}

function toSourceRef(source: TaskWithAll["job"]["video"]["source"]): SourceRef {
  if (source === null) throw new Error("A video without a source has nothing to render.");
  const { objectKey: key, url, receivedAt, kind, videoId: uploadId, sizeBytes } = source;
  if (kind === "UPLOAD" && receivedAt === null && sizeBytes !== null)
    return { kind: "object", key, arriving: { uploadId, sizeBytes: Number(sizeBytes) } };
  return url !== null && receivedAt === null ? { kind: "url", url, key } : { kind: "object", key };
}

function toVariantState(variant: TaskWithAll["job"]["video"]["variants"][number]): VariantState {
  const { width, height } = variant;
  if (width === null || height === null) throw new Error(`Variant ${variant.id} was planned without a size.`);
  return {
    name: variant.name,
    index: variant.position,
    tier: variant.tier,
    status: variant.status,
    codec: variant.codec,
    width,
    height,
    frameRate: variant.frameRate,
    bitrateBps: variant.bitrateBps,
    ...(variant.qualityOffset !== 0 && { qualityOffset: variant.qualityOffset }),
    ...(variant.minVmaf !== null && { minVmaf: variant.minVmaf }),
    playlist: PublishedPlaylist.nullable().parse(variant.playlist ?? null),
    skipReason: null,
    error: null,
  };
}

function toKeptAudio(row: TaskWithAll["job"]["video"]["audioTracks"][number]): AudioState[] {
  const { name, label, role, codec, channels, language, startMs } = row;
  const playlist = PublishedPlaylist.nullable().parse(row.playlist ?? null);
  if (!playlist?.isComplete) return [];
  const known = audioRoles.find((word) => word === role);
  const told = { name, ...(label !== null && { label }), ...(known && { role: known }) };
  return [{ ...told, ...(startMs > 0 && { startMs }), codec, channels, language, playlist }];
}
