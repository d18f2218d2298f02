import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import type { TaskProgressed } from "@reelay/contracts";
import { createPubSubMessaging } from "@reelay/messaging";
import pino from "pino";
import { Registry } from "prom-client";
import { WebSocketServer } from "ws";
import { startPostgres } from "../../../embedded/postgres/index.ts";
import { applyMigrations } from "../../../prisma/apply-migrations.ts";
import { PrismaClient } from "../../../prisma/generated/client.ts";
import { schema } from "../../../schema/index.ts";
import { createServer } from "../../../src/api/server.ts";
import { createApiKey } from "../../../src/auth/api-keys.ts";
import type { Context } from "../../../src/context/context.ts";
import { encodeGlobalId } from "../../../src/inputs/global-id.ts";
import { createLiveProgress } from "../../../src/progress/create-live-progress.ts";
import { createSharedExecution, sharingKeyOf } from "../../../src/progress/shared-execution.ts";
import { type RenderingVideo, seedRenderingVideo } from "../../../src/progress/testing/rendering-video.ts";
import { createTestContext } from "../../../src/testing/test-context.ts";
import { startWorker } from "./worker.ts";

/** What is measured, and what it is measured against, in one process. */
export interface Stage extends AsyncDisposable {
  video: RenderingVideo;
  /** The API's WebSocket address, and what a viewer subscribes with. */
  url: string;
  subscribe: { connectionParams: Record<string, unknown>; payload: Record<string, unknown> };
  /** Sends a report from the worker's process; returns when it left (monotonic nanoseconds as text). */
  publish(report: TaskProgressed): Promise<string>;
  /** A bare WebSocket server that sends the same text to everyone. */
  raw: { url: string; broadcast(text: string): void };
}

const query = `subscription Watch($id: ID!, $after: String) {
  videoProgress(id: $id, after: $after) { id status progress cursor variants { id status fraction fps speed etaMs } }
}`;

/** A real API on a real Postgres, its broker and a worker in another process. */
export async function openStage(): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), "reelay-bench-live-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = resources.use(
    await startPostgres({ directory: path.join(directory, "data"), database: "bench", durable: false }),
  );
  await applyMigrations({ url: postgres.url });
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: postgres.url }) });
  resources.defer(() => db.$disconnect());
  const worker = resources.use(await startWorker());
  const messaging = resources.use(
    createPubSubMessaging({ projectId: "bench", emulatorHost: worker.address }),
  );
  const log = pino({ level: "warn" });
  const live = resources.use(
    await createLiveProgress({
      db,
      messaging,
      databaseUrl: postgres.url,
      apiId: "bench",
      log,
      // The CPU rounds send faster than viewers would be told; latency is measured below that rate.
      tickIntervalMs: 0,
    }),
  );
  const video = await seedRenderingVideo(db);
  const key = { workspaceId: video.workspaceId, name: "bench", scopes: ["READ"] as const };
  const { token } = await createApiKey(db, key);
  const server = resources.use(
    createServer({
      schema,
      config: { isDevelopment: false, graceMs: 1_000 },
      context: createTestContext({ db, log, live }),
      log,
      metrics: new Registry(),
      checks: {},
      webSocketHooks: createSharedExecution({
        viewerKey: (context) => {
          const { viewer } = context as Context;
          return viewer && sharingKeyOf(viewer);
        },
      }),
    }),
  );
  const { url } = await server.listen(0, "127.0.0.1");
  const raw = resources.use(await startRawBroadcast());
  const id = encodeGlobalId("Video", video.videoId);
  const owned = resources.move();
  return {
    video,
    url: `${url.replace("http", "ws")}/graphql`,
    subscribe: {
      connectionParams: { authorization: `Bearer ${token}` },
      payload: { query, variables: { id } },
    },
    publish: (report) => worker.publish(report),
    raw,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startRawBroadcast() {
  const http = createHttpServer();
  const sockets = new WebSocketServer({ server: http });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    broadcast(text: string) {
      for (const socket of sockets.clients) socket.send(text);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
