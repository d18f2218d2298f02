import { PrismaPg } from "@prisma/adapter-pg";
import { expect, test } from "vitest";
import { PrismaClient } from "../../prisma/generated/client.ts";
import { eventually, patientTransactions } from "../../tests/kit/index.ts";
import { createEventLog } from "./index.ts";
import { createTestEventLogs, log } from "./testing/event-logs.ts";
import { createFreezableProxy } from "./testing/freezable-proxy.ts";

test("a follower continues when its database connections are half open and never answer", async () => {
  await using system = await createTestEventLogs(0);
  const { workspaceId } = system;
  const videoId = await system.createVideo();
  await system.write(videoId, ["created"]);
  await using proxy = await createFreezableProxy(system.url);
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: proxy.url, max: 5 }),
    transactionOptions: patientTransactions,
  });
  const events = await createEventLog({ db, databaseUrl: proxy.url, log, answerMs: 1_000 });
  const stop = new AbortController();
  const target = { workspaceId, after: "beginning", filter: {} } as const;
  // The first read is not tried again by itself, and a busy machine may be late with it.
  const stream = await eventually(() => events.follow(target, stop.signal), "it follows");
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
