import { connect } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createClient } from "graphql-ws";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { seedVideo } from "../../schema/testing/seed.ts";
import { createTestApi } from "../../schema/testing/test-api.ts";
import type { ServerDeps } from "../api/server.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";
import type { OverloadLimits } from "./limits.ts";

/** An API with a handler at `/slow` that answers on command. */
async function createNarrowApi(overload: Partial<OverloadLimits>) {
  const slow = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const handlers: ServerDeps["handlers"] = [
    async (req, res) => {
      if (req.url !== "/slow") return false;
      entered.resolve();
      await slow.promise;
      res.end("done");
      return true;
    },
  ];
  const api = await createTestApi({ config: { isDevelopment: true, graceMs: 500, overload }, handlers });
  return Object.assign(api, { finish: slow.resolve, entered: entered.promise });
}

test("a request over the limit is refused with a retry time, but health checks are answered", async () => {
  await using api = await createNarrowApi({ requests: 1 });
  const slow = fetch(`${api.url}/slow`);
  await api.entered;
  const refused = await fetch(api.graphql, { method: "POST", body: "{}" });
  expect([refused.status, Number(refused.headers.get("retry-after"))]).toEqual([503, expect.any(Number)]);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({
    errors: [{ extensions: { code: "OVERLOADED", retryAfterMs: expect.any(Number) } }],
    error: { code: "OVERLOADED" },
  });
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  api.finish();
  expect(await (await slow).text()).toBe("done");
  await expect.poll(() => fetch(`${api.url}/slow`).then(({ status }) => status)).toBe(200);
});

test("an operation that finds the queue full is refused with OVERLOADED, over HTTP and over WebSocket", async () => {
  await using api = await createNarrowApi({ operations: 0, waitingOperations: 0 });
  const answer = await api.ask("{ viewer { scopes } }");
  const refusal = { code: "OVERLOADED", retryAfterMs: expect.any(Number) };
  expect(answer).toMatchObject({ status: 503, errors: [{ extensions: refusal }] });
  expect(answer.data).toBeUndefined();
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.read } });
  expect((await client.iterate({ query: "{ viewer { scopes } }" }).next()).value).toMatchObject({
    errors: [{ extensions: refusal }],
  });
  await client.dispose();
  expect(api.logged).toEqual([]);
});

test("the number of operations per socket and of sockets per process is limited", async () => {
  await using api = await createNarrowApi({ operationsPerSocket: 1, sockets: 1 });
  const id = encodeGlobalId("Video", (await seedVideo(api.db, api.ours.id)).id);
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.read } });
  const watch = () =>
    client.iterate({
      query: "subscription ($id: ID!) { videoProgress(id: $id) { id } }",
      variables: { id },
    });
  const first = watch();
  expect((await first.next()).value).toMatchObject({ data: { videoProgress: { id } } });
  await expect(watch().next()).rejects.toMatchObject([{ extensions: { code: "OVERLOADED" } }]);

  const refused = await new Promise((resolve) => {
    const socket = new WebSocket(api.webSocket, "graphql-transport-ws");
    socket.once("unexpected-response", (_req, res) => {
      resolve([res.statusCode, Number(res.headers["retry-after"]) > 0]);
      res.destroy();
    });
    socket.on("error", () => undefined);
  });
  expect(refused).toEqual([503, true]);
  await first.return?.();
  await client.dispose();
});

test("clients that request media without reading it lose their slots to clients that read", async () => {
  const film = Buffer.alloc(64 * 1_048_576, "film");
  const handlers: ServerDeps["handlers"] = [
    async (req, res) => {
      if (!req.url?.startsWith("/media/")) return false;
      res.writeHead(200, { "content-length": film.length });
      await pipeline(Readable.from(pieces(film)), res).catch(() => undefined);
      return true;
    },
  ];
  const overload = { media: 2, stalledReaderMs: 100 };
  await using api = await createTestApi({
    config: { isDevelopment: true, graceMs: 500, overload },
    handlers,
  });
  const { port } = new URL(api.url);
  const lazy = [1, 2].map((index) => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`GET /media/${index} HTTP/1.1\r\nHost: reelay\r\n\r\n`);
    return socket.pause().on("error", () => undefined);
  });
  const read = async () => {
    const answer = await fetch(`${api.url}/media/honest`);
    return [answer.status, (await answer.arrayBuffer()).byteLength];
  };
  await expect.poll(read, { interval: 200 }).toEqual([200, film.length]);
  for (const socket of lazy) socket.destroy();
});

function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
