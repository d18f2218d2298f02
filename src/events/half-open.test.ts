import { PrismaPg } from "@prisma/adapter-pg";
import { expect, test } from "vitest";
import { PrismaClient } from "../../prisma/generated/client.ts";
import { createEventLog } from "./index.ts";
import { createTestEventLogs, log } from "./testing/event-logs.ts";
import { createFreezableProxy } from "./testing/freezable-proxy.ts";

test("a follower goes on when its connections to the database are half open and never answer", async () => {
  await using system = await createTestEventLogs(0);
  const { workspaceId } = system;
  const videoId = await system.createVideo();
  await system.write(videoId, ["created"]);
  await using proxy = await createFreezableProxy(system.url);
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: proxy.url, max: 5 }) });
  const events = await createEventLog({ db, databaseUrl: proxy.url, log, answerMs: 300 });
  const stop = new AbortController();
  const stream = await events.follow({ workspaceId, after: "beginning", filter: {} }, stop.signal);
  expect((await stream.next()).value?.type).toBe("video.created");
  proxy.freeze();
  const next = stream.next();
  await system.write(videoId, ["ready"]);
  expect((await next).value?.type).toBe("video.ready");
  stop.abort();
  proxy.cut();
  await events[Symbol.asyncDispose]();
  await db.$disconnect();
});
