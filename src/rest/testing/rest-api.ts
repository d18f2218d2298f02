/** REST on real Postgres, a real store and the real server. A test plays the worker by emitting states. */
import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import { Registry } from "prom-client";
import type { ApiKeyScope, PlaybackPolicy } from "../../../prisma/generated/enums.ts";
import { schema } from "../../../schema/index.ts";
import { eventually } from "../../../tests/kit/index.ts";
import { createServer } from "../../api/server.ts";
import { createApiKey } from "../../auth/api-keys.ts";
import { createAuthenticate } from "../../auth/authenticate.ts";
import type { OperationDeps } from "../../context/deps.ts";
import type { EventLog } from "../../events/index.ts";
import { createRateLimit } from "../../overload/rate-limit.ts";
import type { VideoSnapshot } from "../../progress/index.ts";
import { createProjection } from "../../testing/projection.ts";
import { TestLive } from "../../testing/test-live.ts";
import { createRest } from "../index.ts";

interface RestApiOptions {
  activeJobs?: number | null;
  requestsPerSecond?: number | null;
  playbackPolicy?: PlaybackPolicy;
  keepAlive?: { everyMs: number; firstMs: number };
  recheckMs?: number;
}

export async function createRestApi({
  activeJobs = null,
  requestsPerSecond = null,
  playbackPolicy = "PUBLIC",
  keepAlive,
  recheckMs,
}: RestApiOptions = {}) {
  const stack = new AsyncDisposableStack();
  const system = stack.use(await createProjection());
  const { db, viewer, store } = system;
  const { workspaceId } = viewer;
  await db.workspace.update({ where: { id: workspaceId }, data: { playbackPolicy } });
  const live = new TestLive(db);
  const limits = { ...system.operations.limits, activeJobs };
  const operations: OperationDeps = { ...system.operations, live, limits };
  const { clock, log } = operations;
  const takeRequest = createRateLimit({ clock, perSecond: requestsPerSecond });
  const rest = stack.use(
    createRest({
      deps: operations,
      authenticate: createAuthenticate({ db, clock }),
      takeRequest,
      publicUrl: "https://api.example",
      ...(keepAlive && { keepAlive }),
      ...(recheckMs && { recheckMs }),
    }),
  );
  const server = stack.use(
    createServer({
      schema,
      config: { isDevelopment: false, graceMs: 5_000 },
      ...{ log, checks: {}, metrics: new Registry(), rest, takeRequest },
      onClosing: () => rest.stop(),
      context: { db, store, live, events: {} as EventLog, clock, operations },
    }),
  );
  const { url } = await server.listen(0, "127.0.0.1");
  const keyWith = async (scope: ApiKeyScope, more: { trustedDocumentsOnly?: boolean } = {}) =>
    (await createApiKey(db, { workspaceId, name: scope, scopes: [scope], ...more })).token;
  const token = await keyWith("WRITE");
  const seen = new Set<string>();

  return {
    ...{ db, live, server, rest, keyWith, token },
    passTime: system.passTime,
    post: (
      path: string,
      body: unknown,
      more: { headers?: Record<string, string>; signal?: AbortSignal } = {},
    ) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}`, ...more.headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(more.signal && { signal: more.signal }),
      }),
    fetch: (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init),
    /** The video that was not there before, once `count` requests wait for theirs. */
    async awaited(count = 1): Promise<VideoSnapshot> {
      const { id } = await eventually(async () => {
        const found = await db.video.findFirst({ where: { id: { notIn: [...seen] } } });
        return live.watching === count && found !== null && found;
      }, "the request waits for its video");
      seen.add(id);
      return await live.snapshotOf(id);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A state in which an animation is being drawn. */
export const drawing = (video: VideoSnapshot, index: number, fraction: number): VideoSnapshot => ({
  ...video,
  step: {
    jobId: randomUUID(),
    attemptId: randomUUID(),
    step: { index, fraction, count: 2, name: "Create(Circle)" },
  },
});

export const downloadKey = ({ id }: VideoSnapshot): string =>
  objectKeys.attemptFile(id, "attempt", "download", "download.mp4");

/** The last state of a video with its MP4. */
export const ready = (video: VideoSnapshot): VideoSnapshot => ({
  ...video,
  status: "READY",
  playableAt: new Date(),
  durationMs: 2_500,
  assets: [
    {
      videoId: video.id,
      kind: "DOWNLOAD",
      key: downloadKey(video),
      result: { version: 1, variant: "480p", sizeBytes: 12_345 },
      createdAt: new Date(),
      updatedAt: new Date(),
    },
  ],
});

export const failed = (video: VideoSnapshot, message: string): VideoSnapshot => ({
  ...video,
  status: "FAILED",
  error: { code: "SCRIPT_FAILED", message, scope: "INPUT", retriable: false },
});
