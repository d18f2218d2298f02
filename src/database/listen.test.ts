import { Client } from "pg";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createTestDatabase, eventually } from "../../tests/kit/index.ts";
import { startMuteProxy } from "../testing/mute-proxy.ts";
import { listen } from "./listen.ts";

test("a silent connection is detected and reopened", async () => {
  await using database = await createTestDatabase();
  await using proxy = await startMuteProxy(database.url);
  const heard: string[] = [];
  let resyncs = 0;
  await using _listening = await listen({
    databaseUrl: proxy.url,
    log: pino({ level: "silent" }),
    channel: "test_channel",
    heard: (payload) => heard.push(payload),
    resync: () => (resyncs += 1),
    aliveMs: 300,
  });
  proxy.mute(true);
  // It connects again at once, to the same silence: how many are open says nothing.
  await eventually(() => expect(proxy.accepted()).toBeGreaterThan(1), "the silent connection is given up");
  proxy.mute(false);
  await eventually(() => resyncs > 0, "it is connected again");
  const client = new Client({ connectionString: database.url });
  await client.connect();
  // Again and again: on a busy machine it may take a slow connection for a silent one.
  await eventually(async () => {
    await client.query("NOTIFY test_channel, 'hello'");
    return heard.includes("hello");
  }, "notifications are heard again");
  await client.end();
});
