import {
  type AudioState,
  type Pool,
  Profile,
  PublishedPlaylist,
  type RenderRequested,
  type SourceRef,
  type VariantState,
} from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";

/** What a task's message is made from. */
export const taskWithAll = {
  job: { include: { video: { include: { source: true, variants: true, audio: true } } } },
  _count: { select: { attempts: true } },
} satisfies Prisma.TaskInclude;

export type TaskWithAll = Prisma.TaskGetPayload<{ include: typeof taskWithAll }>;

/** The message that says everything that a worker needs, with what is finished already to be kept. */
export function toRenderRequested({ id, pool, job, _count }: TaskWithAll, now: Date): RenderRequested {
  const { video } = job;
  return {
    type: "render.requested.v1",
    videoId: video.id,
    jobId: job.id,
    taskId: id,
    pool: pool.toLowerCase() as Pool,
    priority: job.priority,
    source: toSourceRef(video.source),
    profile: Profile.parse(job.profile),
    keep: {
      variants: video.variants.filter(({ status }) => status === "READY").map(toKeptVariant),
      audio: toKeptAudio(video.audio),
    },
    turn: _count.attempts,
    requestedAt: now.toISOString(),
  };
}

function toSourceRef(source: TaskWithAll["job"]["video"]["source"]): SourceRef {
  if (source === null) throw new Error("A video without a source has nothing to render.");
  const { objectKey: key, url, receivedAt } = source;
  return url !== null && receivedAt === null ? { kind: "url", url, key } : { kind: "object", key };
}

function toKeptVariant(variant: TaskWithAll["job"]["video"]["variants"][number]): VariantState {
  const { width, height } = variant;
  if (width === null || height === null) throw new Error(`Variant ${variant.id} is READY without a size.`);
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
    playlist: PublishedPlaylist.parse(variant.playlist),
    skipReason: null,
    error: null,
  };
}

function toKeptAudio(audio: TaskWithAll["job"]["video"]["audio"]): AudioState | null {
  const playlist = PublishedPlaylist.nullable().parse(audio?.playlist ?? null);
  if (!audio || !playlist?.isComplete) return null;
  return { codec: audio.codec, channels: audio.channels, language: audio.language, playlist };
}
