/** The subscription `events`, through real servers and real sockets. */

import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { eventually } from "../../tests/kit/index.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";
import { createTestEventApis } from "./testing/event-apis.ts";
import {
  changes,
  type Follow,
  followByServerSentEvents,
  followByWebSocket,
  type ReceivedEvent,
  take,
} from "./testing/receivers.ts";
import { writeAtRandom } from "./testing/writers.ts";

const transports: [string, Follow][] = [
  ["a WebSocket", followByWebSocket],
  ["server-sent events", followByServerSentEvents],
];
const numbersIn = (events: readonly ReceivedEvent[]) => events.map(({ data }) => data["number"]);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test.each(transports)(
  "over %s a subscriber receives all events after its cursor, then new events as they happen",
  async (_, follow) => {
    await using system = await createTestEventApis();
    const videoId = await system.createVideo();
    await system.writeMany(videoId, 250);
    const { cursor } = await changes(system.api, { first: 10 });
    const stream = follow(system.api, { after: cursor });
    expect(numbersIn(await take(stream, 240))).toEqual(upTo(250).slice(10));
    for (const type of ["playable", "ready", "deleted"]) {
      await system.write(videoId, [type]);
      expect((await take(stream, 1))[0]?.type).toBe(`video.${type}`);
    }
    await stream.return();
    await eventually(() => system.logs[0]?.followers() === 0, "leaving releases the subscription");
  },
);

test.each(transports)(
  "a receiver over %s that reconnects repeatedly to different processes gets each event once",
  async (_, follow) => {
    await using system = await createTestEventApis(2);
    const videoIds = await Promise.all(Array.from({ length: 4 }, () => system.createVideo()));
    const { cursor: start } = await changes(system.api, { after: "now" });
    const reconnected = Promise.withResolvers<void>();
    const writing = writeAtRandom(system, videoIds, { writers: 6, transactions: 15 }).then(
      async (written) => {
        await reconnected.promise;
        await system.write(videoIds[0] ?? "", ["over"]);
        return written.map(({ token }) => token);
      },
    );
    const received: ReceivedEvent[] = [];
    let connections = 0;
    while (received.at(-1)?.type !== "video.over") {
      const api = system.apis[connections % 2] ?? system.api;
      connections += 1;
      if (connections > 1) reconnected.resolve();
      const stream = follow(
        api,
        { after: received.at(-1)?.cursor ?? start },
        { cut: AbortSignal.timeout(Math.round(100 + 400 * Math.random())) },
      );
      try {
        for await (const event of stream) {
          received.push(event);
          if (event.type === "video.over") break;
        }
      } catch {
        // Cut: the next connection continues after the received events.
      }
    }
    expect(connections).toBeGreaterThan(1);
    const tokens = received.slice(0, -1).map(({ data }) => String(data["token"]));
    expect(new Set(tokens)).toEqual(new Set(await writing));
    const { events } = await changes(system.api, { after: start, first: 1_000 });
    expect(received.map(({ cursor }) => cursor)).toEqual(events.map(({ cursor }) => cursor));
  },
);

test("without a cursor a stream starts now, with `beginning` at the oldest event; filters omit the rest", async () => {
  await using system = await createTestEventApis();
  const [first, second] = [await system.createVideo(), await system.createVideo()];
  await system.write(first, ["created", "ready"]);
  const live = followByServerSentEvents(system.api);
  const next = live.next();
  await eventually(() => system.logs[0]?.followers() === 1, "it follows");
  await system.write(second, ["created"]);
  expect((await next).value).toMatchObject({ type: "video.created" });
  const ready = followByWebSocket(system.api, { after: "beginning", types: ["video.ready"] });
  const ofSecond = followByWebSocket(system.api, {
    after: "beginning",
    videoId: encodeGlobalId("Video", second),
  });
  await take(ready, 1);
  await take(ofSecond, 1);
  await system.write(first, ["failed", "ready"]);
  await system.write(second, ["failed"]);
  expect((await take(ready, 1)).map(({ type }) => type)).toEqual(["video.ready"]);
  expect((await take(ofSecond, 1)).map(({ type }) => type)).toEqual(["video.failed"]);
  await Promise.all([live.return(), ready.return(), ofSecond.return()]);
});

test.each(transports)("an invalid cursor ends the stream over %s with the remedy", async (_, follow) => {
  await using system = await createTestEventApis();
  await expect(follow(system.api, { after: "gibberish" }).next()).rejects.toThrow("CURSOR_INVALID");
});

test("followers of one workspace share each read of new events", async () => {
  await using system = await createTestEventApis();
  const videoId = await system.createVideo();
  const { cursor } = await changes(system.api, { after: "now" });
  const streams = Array.from({ length: 30 }, () => followByServerSentEvents(system.api, { after: cursor }));
  const first = streams.map((stream) => take(stream, 1));
  await eventually(() => system.logs[0]?.followers() === 30, "all follow");
  const before = system.pages.read;
  await system.write(videoId, ["ready"]);
  for (const [event] of await Promise.all(first)) expect(event?.type).toBe("video.ready");
  expect(system.pages.read - before).toBeLessThan(10);
  await Promise.all(streams.map((stream) => stream.return()));
});

/** Waits until nothing more happens. */
async function settled(count: () => number): Promise<number> {
  let last = -1;
  await eventually(
    () => {
      const now = count();
      const isSame = now === last;
      last = now;
      return isSame;
    },
    "it comes to rest",
    { intervalMs: 300 },
  );
  return last;
}

test("an unread WebSocket buffers few events and receives all of them when it is read again", async () => {
  await using system = await createTestEventApis();
  const videoId = await system.createVideo();
  await system.writeMany(videoId, 1_500, 20_000);
  let socket: WebSocket | undefined;
  const stream = followByWebSocket(
    system.api,
    { after: "beginning" },
    { opened: (opened) => (socket = opened) },
  );
  const read = await take(stream, 1);
  socket?.pause();
  // Fifteen pages in all; the buffers of both ends' sockets hold some.
  expect(await settled(() => system.pages.read)).toBeLessThan(12);
  socket?.resume();
  read.push(...(await take(stream, 1_499)));
  expect(numbersIn(read)).toEqual(upTo(1_500));
  await stream.return();
});

test("an unread server-sent event stream buffers few events and delivers all of them when it is read again", async () => {
  await using system = await createTestEventApis();
  const videoId = await system.createVideo();
  await system.writeMany(videoId, 1_500, 20_000);
  const stream = followByServerSentEvents(system.api, { after: "beginning" });
  const read = await take(stream, 1);
  expect(await settled(() => system.pages.read)).toBeLessThan(12);
  read.push(...(await take(stream, 1_499)));
  expect(numbersIn(read)).toEqual(upTo(1_500));
  await stream.return();
});
