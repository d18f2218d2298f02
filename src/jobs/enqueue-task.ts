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
import type { Tx } from "../events/record-change.ts";
import { addToOutbox } from "../outbox/add-to-outbox.ts";

const taskWithAll = {
  job: { include: { video: { include: { source: true, variants: true, audio: true } } } },
} satisfies Prisma.TaskInclude;

type TaskWithAll = Prisma.TaskGetPayload<{ include: typeof taskWithAll }>;

/** Puts a task (back) into the queue: its message says everything that a worker needs, with what is finished already to be kept. */
export async function enqueueTask(tx: Tx, taskId: string, availableAt: Date): Promise<void> {
  const task = await tx.task.update({
    where: { id: taskId },
    data: { status: "QUEUED", availableAt, publishedAt: null },
    include: taskWithAll,
  });
  await addToOutbox(tx, toMessage(task, new Date()), { taskId, availableAt });
}

/** Sends a queued task's message again, for one that may have been lost on its way. */
export async function sendTaskAgain(tx: Tx, taskId: string, now: Date): Promise<void> {
  const task = await tx.task.findUniqueOrThrow({ where: { id: taskId }, include: taskWithAll });
  await addToOutbox(tx, toMessage(task, now), { taskId });
}

function toMessage({ id, pool, job }: TaskWithAll, now: Date): RenderRequested {
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
