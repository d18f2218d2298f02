import { request } from "node:http";
import { auditServer } from "graphql-http";
import { createClient } from "graphql-ws";
import { Counter, Registry } from "prom-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { seedVideo } from "../../schema/testing/seed.ts";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import type { Viewer } from "../auth/viewer.ts";
import { sendJson } from "../http/json.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";

let api: TestApi;
const metrics = new Registry();
const slow = Promise.withResolvers<void>();
let isBrokerAway = false;

beforeAll(async () => {
  new Counter({ name: "films", help: "Films.", registers: [metrics] }).inc(7);
  api = await createTestApi({
    config: {
      isDevelopment: true,
      graceMs: 500,
      checkTimeoutMs: 50,
      checkLateOkMs: 0,
      corsOrigins: ["https://cms.example"],
      maxBodyBytes: 10_000,
    },
    metrics,
    checks: {
      database: async () => 1,
      broker: () => (isBrokerAway ? new Promise(() => {}) : Promise.resolve()),
    },
    handlers: [
      async (req, res) => {
        if (req.url !== "/mine") return false;
        sendJson(res, 200, { mine: true });
        return true;
      },
      async (req) => {
        if (req.url === "/broken") throw new Error("a secret of ours");
        return false;
      },
    ],
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${api.url}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

test("passes all 61 audits of the GraphQL-over-HTTP specification", async () => {
  const audits = await auditServer({
    url: api.graphql,
    fetchFn: (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${api.ours.read}`);
      return fetch(url, { ...init, headers });
    },
  });
  const failed = audits
    .filter((audit) => audit.status !== "ok")
    .map(({ id, name, status }) => ({ id, name, status }));
  expect(failed).toEqual([]);
  expect(audits).toHaveLength(61);
});

test("the health check reports a live process, and the readiness check each unavailable dependency", async () => {
  expect((await get("/healthz")).status).toBe(200);
  expect((await get("/readyz")).status).toBe(200);
  isBrokerAway = true;
  const away = await get("/readyz");
  isBrokerAway = false;
  expect(away.status).toBe(503);
  expect(JSON.parse(away.text)).toEqual({
    isOk: false,
    isClosing: false,
    checks: { database: { isOk: true }, broker: { isOk: false, reason: "no answer within 50 ms" } },
  });
});

test("the metrics endpoint returns the metrics of the given registry", async () => {
  expect((await get("/metrics")).text).toContain("films 7");
});

test("other paths go to the given handlers, and an unknown path returns 404 in JSON", async () => {
  expect((await get("/mine")).text).toBe('{"mine":true}\n');
  const nothing = await get("/nothing?x=1");
  expect([nothing.status, JSON.parse(nothing.text).error.code]).toEqual([404, "NOT_FOUND"]);
});

test("an invalid request URL returns 404", async () => {
  const status = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      const { hostname: host, port } = new URL(api.url);
      const req = request({ host, port, path: "//", headers }, (res) => resolve(res.resume().statusCode));
      req.once("error", reject).end();
    });
  expect(await status({})).toBe(404);
  expect(await status({ connection: "upgrade", upgrade: "websocket" })).toBe(404);
});

test("a handler that throws returns 500 without the error's message, which is logged", async () => {
  const broken = await get("/broken");
  expect([broken.status, broken.text.includes("secret")]).toEqual([500, false]);
  expect(api.logged.at(-1)).toMatchObject({
    msg: "http.bug",
    path: "/broken",
    err: { message: "a secret of ours" },
  });
});

test("only pages of the given origins may call the API", async () => {
  const preflight = (origin: string) =>
    get("/graphql", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
      },
    });
  const ours = await preflight("https://cms.example");
  expect([
    ours.status,
    ours.headers.get("access-control-allow-origin"),
    ours.headers.get("access-control-allow-headers"),
  ]).toEqual([204, "https://cms.example", "authorization"]);
  expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
  const media = await get("/mine", { headers: { origin: "https://cms.example" } });
  expect(media.headers.get("access-control-expose-headers")).toContain("Upload-Offset");
});

test("a body over the limit is refused, with or without a Content-Length", async () => {
  const body = JSON.stringify({ query: `{ __typename } # ${"x".repeat(10_000)}` });
  const headers = { "content-type": "application/json", authorization: `Bearer ${api.ours.read}` };
  expect((await get("/graphql", { method: "POST", headers, body })).status).toBe(413);
  const chunked = await new Promise<number | undefined>((resolve, reject) => {
    const req = request(api.graphql, { method: "POST", headers }, (res) => resolve(res.resume().statusCode));
    req.once("error", reject);
    for (let index = 0; index < body.length; index += 1_000) req.write(body.slice(index, index + 1_000));
    req.end();
  });
  expect(chunked).toBe(413);
});

test("an internal error is masked by an id, under which it is logged", async () => {
  const seeded = await seedVideo(api.db, api.ours.id);
  await api.db.job.updateMany({ where: { videoId: seeded.id }, data: { profile: { not: "a profile" } } });
  const { errors, data } = await api.ask("{ jobs { nodes { id profile { name } } } }");
  expect(data).toBeNull();
  const errorId = errors?.[0]?.extensions?.["errorId"];
  expect(errors?.[0]).toMatchObject({
    extensions: { code: "INTERNAL_SERVER_ERROR" },
    path: ["jobs", "nodes", 0, "profile"],
  });
  expect(errors?.[0]?.message).toContain(errorId);
  expect(api.logged.find((line) => line["errorId"] === errorId)).toMatchObject({
    msg: "graphql.bug",
    err: { type: "ZodError" },
  });
});

test("a subscription is also served over server-sent events, and disconnecting releases it", async () => {
  const id = encodeGlobalId("Video", (await seedVideo(api.db, api.ours.id)).id);
  const leave = new AbortController();
  const response = await fetch(api.graphql, {
    method: "POST",
    signal: leave.signal,
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${api.ours.read}`,
    },
    body: JSON.stringify({
      query: "subscription ($id: ID!) { videoProgress(id: $id) { status } }",
      variables: { id },
    }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes('"PLAYABLE"')) text += (await reader?.read())?.value ?? "";
  expect(text).toContain('data: {"data":{"videoProgress":{"status":"PLAYABLE"}}}');
  leave.abort();
  await expect.poll(() => api.live.watching).toBe(0);
});

test("closing a socket releases its subscriptions", async () => {
  const id = encodeGlobalId("Video", (await seedVideo(api.db, api.ours.id)).id);
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.read } });
  const watch = client.iterate({
    query: "subscription ($id: ID!) { videoProgress(id: $id) { id } }",
    variables: { id },
  });
  await watch.next();
  expect(api.live.watching).toBe(1);
  client.terminate();
  await expect.poll(() => api.live.watching).toBe(0);
  await client.dispose();
});

test("GraphiQL is served to browsers in development but not in production", async () => {
  const html = await get("/graphql", { headers: { accept: "text/html" } });
  expect([html.status, html.text.includes("GraphiQL")]).toEqual([200, true]);
  await using production = await createTestApi({ config: { isDevelopment: false } });
  const response = await fetch(production.graphql, { headers: { accept: "text/html" } });
  expect(await response.text()).not.toContain("GraphiQL");
});

test("shutdown finishes running requests, closes sockets with 1001 and ends streams", async () => {
  const stopping = await createTestApi({
    // Longer than the test may take: a stop waits for requests, and not for their connections.
    config: { isDevelopment: true, graceMs: 600_000 },
    handlers: [
      async (_req, res) => {
        await slow.promise;
        sendJson(res, 200, { isOk: true });
        return true;
      },
    ],
  });
  const id = encodeGlobalId("Video", (await seedVideo(stopping.db, stopping.ours.id)).id);
  const closed = Promise.withResolvers<unknown>();
  const client = createClient({
    url: stopping.webSocket,
    connectionParams: { apiKey: stopping.ours.read },
    retryAttempts: 0,
    on: { closed: closed.resolve },
  });
  const watch = client.iterate({
    query: "subscription ($id: ID!) { videoProgress(id: $id) { id } }",
    variables: { id },
  });
  await watch.next();
  const ended = watch.next();
  const running = fetch(`${stopping.url}/slow`);
  await fetch(`${stopping.url}/healthz`);
  const disposed = stopping.server[Symbol.asyncDispose]();
  await expect(ended).rejects.toBeDefined();
  expect(await closed.promise).toMatchObject({ code: 1001 });
  slow.resolve();
  expect(await (await running).json()).toEqual({ isOk: true });
  await disposed;
  await expect(fetch(`${stopping.url}/healthz`)).rejects.toThrow();
  await expect.poll(() => stopping.live.watching).toBe(0);
  await client.dispose();
  await stopping[Symbol.asyncDispose]();
});

test("a hook may write its own bytes to a subscription, and is notified when the client disconnects", async () => {
  const left = Promise.withResolvers<string>();
  const operations = new WeakMap<object, { socket: WebSocket; id: string }>();
  await using hooked = await createTestApi({
    webSocketHooks: {
      onSubscribe: ({ extra }, id, payload) => {
        operations.set(payload, { socket: extra.socket, id });
      },
      subscribe: (args) => {
        const plain = args.rootValue as { subscribe: (all: typeof args) => AsyncGenerator };
        if (args.operationName !== "Shared") return plain.subscribe(args) as never;
        const { viewer, params } = args.contextValue as { viewer: Viewer; params: object };
        const { socket, id = "" } = operations.get(params) ?? {};
        socket?.send(`{"id":"${id}","type":"next","payload":{"data":{"of":"${viewer.workspaceId}"}}}`);
        const silence: AsyncIterableIterator<never> = {
          next: () => new Promise(() => {}),
          return: async () => {
            left.resolve(id);
            return { done: true, value: undefined };
          },
          [Symbol.asyncIterator]: () => silence,
        };
        return silence;
      },
    },
  });
  const id = encodeGlobalId("Video", (await seedVideo(hooked.db, hooked.ours.id)).id);
  const client = createClient({ url: hooked.webSocket, connectionParams: { apiKey: hooked.ours.read } });
  const run = (name: string) =>
    client.iterate({
      query: `subscription ${name}($id: ID!) { videoProgress(id: $id) { status } }`,
      operationName: name,
      variables: { id },
    });
  const shared = run("Shared");
  expect((await shared.next()).value).toEqual({ data: { of: hooked.ours.id } });
  const plain = run("Plain");
  expect((await plain.next()).value).toEqual({ data: { videoProgress: { status: "PLAYABLE" } } });
  await shared.return?.();
  expect(await left.promise).toEqual(expect.any(String));
  await client.dispose();
});
