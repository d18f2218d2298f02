import { randomUUID } from "node:crypto";
import type { TaskProgressed, VariantsProgress } from "@reelay/contracts";
import type { Prisma, PrismaClient } from "../../../prisma/generated/client.ts";
import { renderNeeds } from "../../testing/fleet-rows.ts";

const rungs = ["144p", "360p", "720p"];

/** A video in the middle of its render, as the operations would have left it, and what happens to it next. */
export interface RenderingVideo {
  workspaceId: string;
  videoId: string;
  jobId: string;
  taskId: string;
  attemptId: string;
}

/** Writes a change and its event in one transaction, with the next revision, as every operation does. */
export async function change(
  db: PrismaClient,
  video: RenderingVideo,
  type: string,
  write: (tx: Prisma.TransactionClient) => Promise<unknown> = () => Promise.resolve(),
) {
  const { workspaceId, videoId } = video;
  await db.$transaction(async (tx) => {
    await write(tx);
    await tx.video.updateMany({ where: { id: videoId }, data: { revision: { increment: 1 } } });
    await tx.event.create({ data: { workspaceId, videoId, type } });
  });
}

export async function seedRenderingVideo(db: PrismaClient, workspaceId?: string): Promise<RenderingVideo> {
  const workspace = workspaceId ?? (await db.workspace.create({ data: { name: "test" } })).id;
  const { id: videoId } = await db.video.create({
    data: {
      workspaceId: workspace,
      title: "clip",
      profile: "default",
      status: "PROCESSING",
      revision: 3,
      variants: {
        create: rungs.map((name, position) => ({
          name,
          position,
          tier: "CRITICAL",
          codec: "h264",
          bitrateBps: 1_000_000,
          status: "RENDERING",
        })),
      },
    },
  });
  const video = { workspaceId: workspace, videoId };
  return { ...video, ...(await startJob(db, video)) };
}

/** What an explicit retry does: a new job with a first attempt. */
export async function startJob(db: PrismaClient, video: { workspaceId: string; videoId: string }) {
  const { workspaceId, videoId } = video;
  await db.job.updateMany({
    where: { videoId, endedAt: null },
    data: { status: "CANCELED", endedAt: new Date() },
  });
  const { id: jobId } = await db.job.create({
    data: { workspaceId, videoId, kind: "TRANSCODE", status: "RUNNING", profile: {} },
  });
  const { id: taskId } = await db.task.create({
    data: { jobId, workspaceId, kind: "RENDER", pool: "CPU", requirements: renderNeeds, status: "RUNNING" },
  });
  return { jobId, taskId, attemptId: await startAttempt(db, taskId, 1) };
}

export async function startAttempt(
  db: PrismaClient | Prisma.TransactionClient,
  taskId: string,
  number: number,
) {
  const leaseUntil = new Date(Date.now() + 30_000);
  const { id } = await db.attempt.create({
    data: { id: randomUUID(), taskId, number, workerId: "worker-1", leaseUntil },
  });
  return id;
}

/** The worker did not answer: its attempt is given up, and another begins. */
export async function loseAttempt(db: PrismaClient, video: RenderingVideo, number = 2) {
  let attemptId = "";
  await change(db, video, "attempt.started", async (tx) => {
    await tx.attempt.update({
      where: { id: video.attemptId },
      data: { outcome: "LOST", endedAt: new Date() },
    });
    attemptId = await startAttempt(tx, video.taskId, number);
  });
  return { ...video, attemptId };
}

/** Everything succeeded. */
export const finish = (db: PrismaClient, video: RenderingVideo) =>
  change(db, video, "video.ready", async (tx) => {
    const endedAt = new Date();
    await tx.attempt.update({ where: { id: video.attemptId }, data: { outcome: "COMPLETED", endedAt } });
    await tx.task.update({ where: { id: video.taskId }, data: { status: "SUCCEEDED", endedAt } });
    await tx.job.update({ where: { id: video.jobId }, data: { status: "SUCCEEDED", endedAt } });
    await tx.variant.updateMany({
      where: { videoId: video.videoId },
      data: { status: "READY", playlist: {}, fraction: 1, frames: 300, sizeBytes: 1_000n, readyAt: endedAt },
    });
    await tx.video.update({
      where: { id: video.videoId },
      data: { status: "READY", playableAt: endedAt, readyAt: endedAt },
    });
  });

export const remove = (db: PrismaClient, video: RenderingVideo) =>
  change(db, video, "video.deleted", (tx) => tx.video.delete({ where: { id: video.videoId } }));

/** A progress report in which every variant is equally far. */
export function progressed(
  video: RenderingVideo,
  sequence: number,
  fraction: number,
  span?: VariantsProgress["span"],
): TaskProgressed & { detail: VariantsProgress } {
  const variants = rungs.map((name) => ({
    name,
    fraction,
    frames: Math.floor(fraction * 300),
    fps: 60,
    speed: 2,
    sizeBytes: Math.floor(fraction * 1_000),
    etaMs: Math.round((1 - fraction) * 60_000),
  }));
  const { videoId, jobId, taskId, attemptId } = video;
  const at = new Date().toISOString();
  return {
    type: "task.progressed.v1",
    videoId,
    jobId,
    taskId,
    attemptId,
    fencingToken: 0,
    workerId: "worker-1",
    kind: "TRANSCODE",
    at,
    sequence,
    fraction,
    detail: { ...(span && { span }), variants },
  };
}
