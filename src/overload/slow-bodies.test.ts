import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createTestApi } from "../../schema/testing/test-api.ts";
import type { Handler } from "../api/server.ts";
import { createMediaHandler } from "../media/index.ts";
import { createPlaybackEvents } from "../playback-events/index.ts";
import type { OverloadLimits } from "./limits.ts";

const shed: string[] = [];

/** Limits scaled down by ten, times by ten. */
const scaled: Partial<OverloadLimits> = {
  bodyMs: 1_500,
  bodies: 400,
  bodiesPerAddress: 300,
  requests: 100,
  media: 100,
  headersMs: 1_500,
};

async function createApi(overload: Partial<OverloadLimits> = {}, isDevelopment = false) {
  const object = { key: "videos/1/poster.jpg", sizeBytes: 1, generation: "1", contentType: "image/jpeg" };
  const store = {
    head: async () => ({ ...object, updatedAt: new Date(0), checksum: null }),
  } as never;
  const access = {
    check: () => Promise.resolve({ isAllowed: true as const, token: null }),
    titleOf: () => Promise.resolve(null),
  };
  const upload: Handler = async (req, res) => {
    if (!req.url?.startsWith("/uploads/")) return false;
    let bytes = 0;
    for await (const chunk of req as AsyncIterable<Buffer>) bytes += chunk.length;
    res.end(String(bytes));
    return true;
  };
  const api = await createTestApi({
    config: { isDevelopment, graceMs: 500, overload: { ...scaled, ...overload } },
    handlers: [
      createMediaHandler({ store, access, basePath: "/media/" }),
      createPlaybackEvents({ metrics: { playbackMeasured: () => undefined }, access }),
      upload,
    ],
    metrics: {
      metrics: async () => "",
      contentType: "text/plain",
      requestShed: (reason: string) => void shed.push(reason),
    } as never,
  });
  const { port } = new URL(api.url);
  return Object.assign(api, { port: Number(port) });
}

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  shed.splice(0);
});

/** A request whose headers promise a body, and whose body is left to the test. */
async function open(port: number, path: string, headers: readonly string[] = []) {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  const answer = { text: "", isClosed: false };
  socket.on("data", (data) => (answer.text += data.toString()));
  socket.on("error", () => undefined);
  socket.on("close", () => (answer.isClosed = true));
  await once(socket, "connect");
  const lines = [
    `POST ${path} HTTP/1.1`,
    "Host: a",
    "Content-Type: application/json",
    "Content-Length: 1000",
    ...headers,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n{`);
  return { socket, answer };
}

test.each([
  ["an unknown key", ["Authorization: Bearer rk_unknown"], "API key or token is unknown"],
  ["no key", [], "needs an API key"],
])("with %s a request is refused before its body arrives", async (_name, headers, message) => {
  await using api = await createApi();
  const { answer } = await open(api.port, "/graphql", headers);
  await expect.poll(() => answer.text).toContain(message);
  expect(answer.text).toMatch(/^HTTP\/1.1 401 [^]*UNAUTHENTICATED/);
  expect(answer.text.toLowerCase()).toContain("connection: close");
});

test("a body that does not arrive in time is answered with 408, and its connection is closed", async () => {
  await using api = await createApi();
  const key = [`Authorization: Bearer ${api.ours.read}`];
  const bodies = [await open(api.port, "/graphql", key), await open(api.port, "/api/playback-events")];
  for (const { socket, answer } of bodies) {
    const drip = setInterval(() => socket.write(" "), 200);
    await expect.poll(() => answer.text).toMatch(/^HTTP\/1.1 408 [^]*BODY_TOO_SLOW/);
    await expect.poll(() => answer.isClosed).toBe(true);
    clearInterval(drip);
  }
  expect(shed).toEqual(["slow-body", "slow-body"]);
});

test.each([false, true])(
  "1,500 slow bodies do not block other clients from queries or media (development without a key: %s)",
  async (isDevelopment) => {
    await using api = await createApi({}, isDevelopment);
    const headers = isDevelopment ? [] : [`Authorization: Bearer ${api.ours.read}`];
    const over = new AbortController();
    /** Long enough that even a busy machine asks this often beside the crowd. */
    const enough = 10;
    const honest = { asked: 0, refused: [] as unknown[] };
    const crowd: Awaited<ReturnType<typeof open>>[] = [];
    const attack = async () => {
      for (let count = 0; count < 1_500; count += 50) {
        crowd.push(
          ...(await Promise.all(Array.from({ length: 50 }, () => open(api.port, "/graphql", headers)))),
        );
      }
      const drip = setInterval(() => {
        for (const { socket } of crowd) if (socket.writable) socket.write(" ");
      }, 400);
      await delay(3_000);
      await expect.poll(() => honest.asked).toBeGreaterThanOrEqual(enough);
      clearInterval(drip);
      over.abort();
    };
    const work = async () => {
      while (!over.signal.aborted) {
        const answer = await api.ask("{ viewer { scopes } }", {}, api.ours.read);
        const media = await fetch(`${api.url}/media/videos/1/poster.jpg`, { method: "HEAD" });
        honest.asked += 1;
        if (answer.status !== 200 || media.status !== 200) honest.refused.push([answer, media.status]);
      }
    };
    await Promise.all([attack(), work(), work()]);
    expect(honest.refused).toEqual([]);
    // All of them are answered or evicted, and closed.
    await expect.poll(() => crowd.filter(({ answer }) => !answer.isClosed).length).toBe(0);
    expect(new Set(shed)).toEqual(new Set(["body", "slow-body"]));
    expect((await api.ask("{ viewer { scopes } }")).status).toBe(200);
  },
);

test("API requests and playback use separate slots", async () => {
  await using api = await createApi({ requests: 0 });
  expect((await api.ask("{ viewer { scopes } }")).status).toBe(503);
  expect((await fetch(`${api.url}/media/videos/1/poster.jpg`, { method: "HEAD" })).status).toBe(200);
  await using other = await createApi({ media: 0 });
  expect((await other.ask("{ viewer { scopes } }")).status).toBe(200);
  expect((await fetch(`${other.url}/media/videos/1/poster.jpg`, { method: "HEAD" })).status).toBe(503);
  expect(shed).toEqual(["request", "media"]);
});

test("an upload below the minimum rate is closed, and one above it is not", async () => {
  // The steady one sends ten times as much, and may pause for a whole window.
  await using api = await createApi({ leastPace: 50, paceWindowMs: 1_000 });
  const slow = await open(api.port, "/uploads/a.b");
  const steady = await open(api.port, "/uploads/a.b");
  for (let sent = 1; sent < 1_000; sent += 111) {
    steady.socket.write("x".repeat(111));
    slow.socket.write("x");
    await delay(100);
  }
  await expect.poll(() => steady.answer.text).toMatch(/^HTTP\/1.1 200 [^]*1000/);
  await expect.poll(() => slow.answer.isClosed).toBe(true);
  expect(slow.answer.text).toBe("");
  expect(shed).toEqual(["slow-upload"]);
});

test("incomplete headers time out, and the oldest waiting connections are closed to make room for new ones", async () => {
  await using api = await createApi({ waitingConnections: 20 });
  const half = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const socket = connect(api.port, "127.0.0.1");
      sockets.push(socket);
      socket.on("error", () => undefined);
      await once(socket, "connect");
      socket.write("GET / HTTP/1.1\r\nHost");
      return socket;
    }),
  );
  await expect.poll(() => half.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(20);
  expect((await api.ask("{ viewer { scopes } }")).status).toBe(200);
  for (const socket of half) socket.resume();
  await expect.poll(() => half.filter(({ closed }) => !closed).length).toBe(0);
});
