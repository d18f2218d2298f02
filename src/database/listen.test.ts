import { Client } from "pg";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createTestDatabase, eventually } from "../../tests/kit/index.ts";
import { startMuteProxy } from "../testing/mute-proxy.ts";
import { listen } from "./listen.ts";

test("a connection that went silent is noticed, and opened again", async () => {
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
  await eventually(() => expect(proxy.connections()).toBe(0), "the silent connection is given up");
  proxy.mute(false);
  await eventually(() => resyncs === 1, "it is connected again");
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query("NOTIFY test_channel, 'hello'");
  await client.end();
  await eventually(() => heard.includes("hello"), "notifications are heard again");
});
