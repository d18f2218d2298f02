/** A video with a queued job on real Postgres and a local store, and reports for the projector. */

import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Envelope,
  InputRef,
  Message,
  PublishedPlaylist,
  RenderState,
  Report,
  TaskRequested,
  TranscodeParams,
  VariantState,
} from "@reelay/contracts";
import { decodeMessage, objectKeys } from "@reelay/contracts";
import type { Messaging } from "@reelay/messaging";
import { createLocalObjectStore } from "@reelay/object-store";
import { pino } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import { createTestDatabase } from "../../tests/kit/index.ts";
import { createDatabase } from "../database/database.ts";
import { dispatch } from "../dispatcher/index.ts";
import { relayBatch } from "../outbox/relay.ts";
import { applyReport } from "../projector/index.ts";
import { sweep } from "../sweeper/index.ts";
import { createVideo } from "../videos/index.ts";
import { everyKind, workerRow } from "./fleet-rows.ts";
import { seen } from "./model-worker.ts";
import { createTestContext } from "./test-context.ts";

export async function createProjection() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const db = stack.adopt(createDatabase(database.url), (client) => client.$disconnect());
  const directory = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-projection-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const store = stack.use(createLocalObjectStore({ directory, publicBaseUrl: "http://store/" }));
  const published: Message[] = [];
  const messaging = {
    publish: (message: Message) => {
      published.push(message);
      return Promise.resolve();
    },
  } as Messaging;
  const time = { now: new Date() };
  const clock = () => time.now;
  const log = pino({ level: "silent" });
  const deps = { db, messaging, store, clock, log };
  const { operations } = createTestContext({ db, log, store, clock });
  const { id: workspaceId } = await db.workspace.create({ data: { name: "test" } });
  const viewer = { apiKeyId: randomUUID(), workspaceId, scopes: ["ADMIN" as const] };

  /** The messages that the relay has sent, in order, kept for redelivery. */
  const sent: Message[] = [];
  const broker = {
    publishEncoded: ({ data }: Envelope) => {
      const decoded = decodeMessage(data);
      if (!decoded.ok) throw new Error(decoded.reason);
      sent.push(decoded.message);
      return Promise.resolve();
    },
  } as Messaging;

  /** Otherwise tasks would wait for a worker. */
  async function offerSlots(): Promise<void> {
    const data = workerRow("spare", { slots: 1_000, kinds: everyKind, voices: null, now: clock() });
    await db.worker.upsert({ where: { id: "spare" }, create: data, update: data });
  }

  /** The messages that the API has due, including tasks. */
  async function relay(): Promise<Message[]> {
    const before = sent.length;
    await offerSlots();
    await dispatch({ db, clock, log, maxRunningTasks: null, split: { wholeUpToMs: 30_000 } });
    while ((await relayBatch({ db, messaging: broker, clock, log })).sent > 0);
    return sent.slice(before);
  }

  /** The messages of a task, including those that are not due yet. */
  async function takeMessages({ taskId }: { taskId: string }): Promise<FlatTask[]> {
    time.now = new Date(time.now.getTime() + 60_000);
    const messages = (await relay()).filter((message) => message.type === "task.requested.v1");
    return messages.filter((message) => message.taskId === taskId).map(flatten);
  }

  async function createQueuedVideo({
    priority = "STANDARD",
    profile = "default",
  }: {
    priority?: JobPriority;
    profile?: string;
  } = {}) {
    const source = { url: { url: "https://example.com/clip.mp4" } };
    const { videoId } = await createVideo(operations, viewer, { title: "clip", source, priority, profile });
    const task = await db.task.findFirstOrThrow({ where: { job: { videoId } } });
    return { videoId, jobId: task.jobId, taskId: task.id };
  }

  return {
    db,
    store,
    deps,
    operations,
    viewer,
    published,
    createQueuedVideo,
    relay,
    takeMessages,
    databaseUrl: database.url,
    /** An object's text, or null. */
    stored: (key: string) => readFile(join(directory, key), "utf8").catch(() => null),
    /** Deletes all videos and sent messages. */
    async clear() {
      await db.$transaction([
        db.outboxMessage.deleteMany(),
        db.video.deleteMany(),
        db.event.deleteMany(),
        db.worker.deleteMany(),
      ]);
      sent.length = 0;
      published.length = 0;
    },
    apply: async (report: Parameters<typeof applyReport>[1]) =>
      applyReport(deps, await withToken(db, report)),
    /** Moves waiting tasks to the outbox, as the dispatcher does. */
    dispatch: (options: { areWorkersRented?: boolean } = {}) =>
      dispatch({ db, clock, log, maxRunningTasks: null, split: { wholeUpToMs: 30_000 }, ...options }),
    sweep: () => sweep({ ...operations, messaging }),
    passTime: (ms: number) => {
      time.now = new Date(time.now.getTime() + ms);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A message with its parameters beside its envelope. */
type FlatTask = TaskRequested & Omit<TranscodeParams, "version"> & { source: InputRef };

const flatten = ({ inputs, ...message }: TaskRequested): FlatTask => {
  const { source } = inputs;
  const { profile, keep, ...params } = message.params as TranscodeParams;
  if (source === undefined) throw new Error("Every task here has a source.");
  return { ...message, ...params, profile, keep, source, inputs };
};

export interface TaskRef {
  videoId: string;
  jobId: string;
  taskId: string;
}

const playlist = (
  videoId: string,
  attemptId: string,
  name: string,
  isComplete: boolean,
): PublishedPlaylist => ({
  key: objectKeys.attemptFile(videoId, attemptId, name, "index.m3u8"),
  codecs: "avc1.64001e",
  bandwidthBps: 900_000,
  averageBandwidthBps: 700_000,
  segments: 2,
  durationMs: 8_000,
  sizeBytes: 700_000,
  isComplete,
});

/** Stands for the token of the task's newest message. */
const currentToken = -1;

async function withToken<R extends Report>(db: PrismaClient, report: R): Promise<R> {
  if (!("fencingToken" in report) || report.fencingToken !== currentToken) return report;
  return { ...report, fencingToken: await db.attempt.count({ where: { taskId: report.taskId } }) };
}

/** The reports of one attempt at a silent video with two variants. */
export function attemptOf(
  { videoId, jobId, taskId }: TaskRef,
  workerId = "worker-1",
  fencingToken = currentToken,
) {
  const attemptId = randomUUID();
  const at = new Date().toISOString();
  const ref = { videoId, jobId, taskId, attemptId, fencingToken, workerId, kind: "TRANSCODE", at };
  const variant = (
    name: string,
    index: number,
    height: number,
    status: VariantState["status"],
  ): VariantState => ({
    name,
    index,
    tier: "CRITICAL",
    status,
    codec: "H264",
    width: height * 2,
    height,
    frameRate: 30,
    ...{
      bitrateBps: 7e5,
      skipReason: null,
      error: null,
    },
    playlist:
      status === "READY" || status === "RENDERING"
        ? playlist(videoId, attemptId, name, status === "READY")
        : null,
  });
  const state = (status: VariantState["status"], other = status): RenderState => ({
    source: null,
    variants: [variant("144p", 0, 144, status), variant("360p", 1, 360, other)],
    audio: null,
    posterKey: null,
  });
  const error = { code: "ENCODER_FAILED", message: "It broke.", scope: "WORKER" as const, retriable: true };
  return {
    attemptId,
    state,
    seen: seen(workerId, [{ attemptId, task: { taskId } }]),
    started: { type: "task.started.v1" as const, ...ref },
    advanced: (sequence: number, at = state("RENDERING")) => ({
      type: "task.advanced.v1" as const,
      ...ref,
      sequence,
      result: at,
    }),
    completed: (sequence: number, at = state("READY")) => ({
      type: "task.completed.v1" as const,
      ...ref,
      sequence,
      result: at,
    }),
    failed: (sequence: number, outcome: "FAILED" | "REJECTED", at = state("PENDING")) => ({
      type: "task.failed.v1" as const,
      ...ref,
      sequence,
      outcome,
      error,
      result: at,
    }),
    stopped: (sequence: number, outcome: "CANCELED" | "INTERRUPTED", at = state("PENDING")) => ({
      type: "task.stopped.v1" as const,
      ...ref,
      sequence,
      outcome,
      result: at,
    }),
  };
}
