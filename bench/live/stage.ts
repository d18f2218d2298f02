import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RenderProgressed } from "@reelay/contracts";
import pino from "pino";
import { WebSocketServer } from "ws";
import { createLiveProgress } from "../../src/progress/create-live-progress.ts";
import { createSharedExecution } from "../../src/progress/shared-execution.ts";
import { type Context, startLiveServer } from "../../src/progress/testing/live-server.ts";
import { createMessagingDouble } from "../../src/progress/testing/messaging-double.ts";
import { type RenderingVideo, seedRenderingVideo } from "../../src/progress/testing/rendering-video.ts";
import { createTestDatabase } from "../../src/progress/testing/test-database.ts";

/** What is measured, and what it is measured against, in one process. */
export interface Stage extends AsyncDisposable {
  video: RenderingVideo;
  /** The API's WebSocket address, and what a viewer subscribes with. */
  url: string;
  subscribe: { connectionParams: Record<string, unknown>; payload: Record<string, unknown> };
  /** Sends a report; returns when it left (monotonic nanoseconds as text). */
  publish(report: RenderProgressed): Promise<string>;
  /** A bare WebSocket server that sends the same text to everyone. */
  raw: { url: string; broadcast(text: string): void };
}

const query = `subscription Watch($id: ID!, $after: String) {
  videoProgress(id: $id, after: $after) { id status progress cursor variants { id status fraction fps speed etaMs } }
}`;

export async function openStage(): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(await createTestDatabase());
  const { messaging } = createMessagingDouble();
  const live = resources.use(
    await createLiveProgress({
      db: database.db,
      messaging,
      databaseUrl: database.url,
      apiId: "bench",
      log: pino({ level: "warn" }),
      // The CPU rounds send faster than viewers would be told; latency is measured below this rate anyway.
      tickIntervalMs: 0,
    }),
  );
  const hooks = createSharedExecution({ viewerKey: (context) => (context as Context).workspaceId });
  const server = resources.use(await startLiveServer(live, hooks));
  const raw = resources.use(await startRawBroadcast());
  const video = await seedRenderingVideo(database.db);
  const owned = resources.move();
  return {
    video,
    url: server.url,
    subscribe: {
      connectionParams: { workspaceId: video.workspaceId },
      payload: { query, variables: { id: video.videoId } },
    },
    async publish(report) {
      const at = String(process.hrtime.bigint());
      await messaging.publish(report);
      return at;
    },
    raw,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startRawBroadcast() {
  const http = createServer();
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
