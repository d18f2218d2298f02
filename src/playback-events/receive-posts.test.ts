import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { encodeGlobalId } from "../inputs/global-id.ts";
import type { Measurement } from "../telemetry/playback-metrics.ts";
import { createPlaybackEvents } from "./index.ts";
import type { PlaybackEventsOptions } from "./receive-posts.ts";

const measurements: Measurement[] = [];
const videoId = "019a0000-0000-7000-8000-000000000001";
/** The first video is PUBLIC, this one SIGNED, with one good token. */
const signedId = videoId.replace(/1$/, "2");
const access: PlaybackEventsOptions["access"] = {
  check: ({ token, videoId: asked }) => {
    if (token === "good") return Promise.resolve({ isAllowed: true, token: null });
    if (token !== null) return Promise.resolve({ isAllowed: false, code: "PLAYBACK_TOKEN_INVALID" });
    return Promise.resolve(
      asked === videoId ? { isAllowed: true, token: null } : { isAllowed: false, code: null },
    );
  },
};
const handle = createPlaybackEvents({
  metrics: { playbackMeasured: (each) => void measurements.push(each) },
  access,
});
const server = createServer((req, res) => {
  void buffer(req)
    .then((body) => handle(req, res, body))
    .then((isDone) => isDone || res.writeHead(404).end());
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/playback-events`;
});
afterAll(() => server.close());
beforeEach(() => void measurements.splice(0));

const post = (body: string) => fetch(url, { method: "POST", body });
const eventsOf = (...events: { name: string; detail: unknown }[]) =>
  JSON.stringify({
    ...{ session: "s", video: encodeGlobalId("Video", videoId) },
    events: events.map(({ name, detail }) => ({ name, atMs: 1, detail })),
  });

test("every kind of posted player event is counted", async () => {
  const response = await post(
    eventsOf(
      { name: "reelay-first-frame", detail: { sinceLoadMs: 900, sincePlayMs: 450 } },
      { name: "reelay-stall", detail: { atS: 3, durationMs: 1_200, cause: "NETWORK" } },
      { name: "reelay-switch", detail: { from: null, to: { height: 360 }, isChosen: true } },
      { name: "reelay-buffer", detail: { atS: 3, aheadS: 20.5, behindS: 3 } },
      { name: "reelay-error", detail: { code: "X", message: "it broke", isFatal: true } },
      { name: "reelay-status", detail: { status: "READY" } },
    ),
  );
  expect(response.status).toBe(204);
  expect(measurements).toEqual([
    { kind: "FIRST_FRAME", seconds: 0.45 },
    { kind: "STALL", seconds: 1.2, cause: "NETWORK" },
    { kind: "SWITCH", isChosen: true },
    { kind: "BUFFER", aheadSeconds: 20.5 },
    { kind: "ERROR", isFatal: true },
  ]);
});

test("events that are out of bounds, unknown or named like object properties are not counted", async () => {
  const response = await post(
    eventsOf(
      { name: "reelay-first-frame", detail: { sincePlayMs: -1 } },
      { name: "reelay-stall", detail: { durationMs: 1e12, cause: "NETWORK" } },
      { name: "reelay-stall", detail: { durationMs: 1, cause: "ELSEWHERE" } },
      { name: "reelay-buffer", detail: null },
      { name: "reelay-later", detail: {} },
      { name: "constructor", detail: {} },
    ),
  );
  expect(response.status).toBe(204);
  expect(measurements).toEqual([]);
});

test.for([
  ["invalid JSON", "{", 400, "PLAYBACK_EVENTS_INVALID"],
  ["JSON of another shape", "[]", 400, "PLAYBACK_EVENTS_INVALID"],
  [
    "too many events",
    eventsOf(...Array.from({ length: 61 }, () => ({ name: "reelay-later", detail: 0 }))),
    400,
    "PLAYBACK_EVENTS_INVALID",
  ],
] as const)("%s is refused with a reason, and nothing is counted", async ([, body, status, code]) => {
  const response = await post(body);
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: { code, message: expect.any(String) } });
  expect(measurements).toEqual([]);
});

test("only POST is allowed", async () => {
  const response = await fetch(url);
  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  expect((await fetch(url.replace("events", "else"))).status).toBe(404);
});

const stall = (durationMs: number) => ({ name: "reelay-stall", detail: { durationMs, cause: "NETWORK" } });
const postOf = (video: string, events: object[], token?: string) =>
  post(JSON.stringify({ session: "s", video, events, ...(token !== undefined && { token }) }));

test("one post adds at most five minutes of stalls", async () => {
  await postOf(encodeGlobalId("Video", videoId), [
    stall(200_000),
    stall(90_000),
    stall(3_600_000),
    stall(3_600_000),
  ]);
  expect(measurements).toHaveLength(2);
});

test("a SIGNED video's measurements need its token, in the post or in the stream's URL", async () => {
  const id = encodeGlobalId("Video", signedId);
  const refused = await postOf(id, [stall(1)]);
  const unknown = await postOf(encodeGlobalId("Video", signedId.replace(/2$/, "9")), [stall(1)]);
  expect([refused.status, unknown.status]).toEqual([404, 404]);
  expect(await refused.text()).toBe(await unknown.text());
  expect((await postOf(id, [stall(1)], "bad")).status).toBe(403);
  expect(
    (await postOf(`https://cdn.example/~bad/videos/${signedId}/manifest/master.m3u8`, [stall(1)])).status,
  ).toBe(403);
  expect((await postOf("https://elsewhere.example/master.m3u8", [stall(1)])).status).toBe(404);
  expect(measurements).toEqual([]);
  expect((await postOf(id, [stall(1)], "good")).status).toBe(204);
  expect(
    (await postOf(`https://cdn.example/~good/videos/${signedId}/manifest/master.m3u8`, [stall(1)])).status,
  ).toBe(204);
  expect(measurements).toHaveLength(2);
});

test("an address that exceeds the rate limit gets 429 with a retry time", async () => {
  const video = encodeGlobalId("Video", videoId);
  const many = Array.from({ length: 60 }, () => stall(1));
  const answers = await Promise.all(Array.from({ length: 40 }, () => postOf(video, many)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(measurements.length).toBeLessThan(1_500);
});
