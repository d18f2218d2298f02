import type { PrismaClient } from "../../../prisma/generated/client.ts";
import type { JobPlan } from "../../kinds/render/parts/plan-tasks.ts";
import { renderNeeds } from "../../testing/fleet-rows.ts";
import { change, type RenderingVideo, startAttempt } from "./rendering-video.ts";

/** The head is known: the rest of the video is cut into chunks. Returns the ids of their tasks. */
export async function splitJob(
  db: PrismaClient,
  video: RenderingVideo,
  { durationMs = 100_000, headEndMs = 20_000, chunkMs = 20_000, renditions = ["144p", "360p", "720p"] } = {},
): Promise<string[]> {
  const { workspaceId, videoId, jobId } = video;
  const starts = [];
  for (let startMs = headEndMs; startMs < durationMs; startMs += chunkMs) starts.push(startMs);
  const place = { pool: "CPU", requirements: renderNeeds, status: "QUEUED", isRest: true } as const;
  const rest = { jobId, workspaceId, ...place };
  const queued = { queuedAt: new Date(), dueAt: new Date() };
  const tasks = starts.map((startMs) =>
    Object.assign({}, rest, queued, {
      id: crypto.randomUUID(),
      kind: "CHUNK" as const,
      params: {
        version: 1,
        startMs,
        endMs: startMs + chunkMs < durationMs ? startMs + chunkMs : null,
        renditions,
      },
    }),
  );
  const groups = [renditions];
  const plan: JobPlan = {
    headEndMs,
    chunkMs,
    chunks: tasks.length,
    groups,
    speed: 2,
    slots: 1,
    reason: "It is long.",
  };
  await change(db, video, "job.split", async (tx) => {
    await tx.video.update({ where: { id: videoId }, data: { durationMs } });
    await tx.job.update({ where: { id: jobId }, data: { plan } });
    const audio = { ...rest, ...queued, kind: "AUDIO" as const, params: { version: 1, startMs: headEndMs } };
    await tx.task.createMany({ data: [...tasks, audio] });
  });
  return tasks.map(({ id }) => id);
}

/** A worker takes one of the tasks. */
export async function startTask(
  db: PrismaClient,
  video: RenderingVideo,
  taskId: string,
  number = 1,
): Promise<RenderingVideo> {
  let attemptId = "";
  await change(db, video, "attempt.started", async (tx) => {
    await tx.task.update({ where: { id: taskId }, data: { status: "RUNNING" } });
    attemptId = await startAttempt(tx, taskId, number);
  });
  return { ...video, taskId, attemptId };
}

/** An attempt ends: its task is done, or waits for another. */
export const endTask = (db: PrismaClient, video: RenderingVideo, outcome: "COMPLETED" | "LOST") =>
  change(db, video, `attempt.${outcome.toLowerCase()}`, async (tx) => {
    const endedAt = new Date();
    await tx.attempt.update({ where: { id: video.attemptId }, data: { outcome, endedAt } });
    const data =
      outcome === "COMPLETED"
        ? { status: "SUCCEEDED" as const, endedAt }
        : { status: "QUEUED" as const, queuedAt: endedAt, dueAt: endedAt };
    await tx.task.update({ where: { id: video.taskId }, data });
  });
