import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createClient, VideoDocument, VideosDocument } from "./index.ts";

let close: (() => void) | undefined;
afterEach(() => close?.());

/** An API that returns these answers in order and repeats the last one. */
async function api(answers: { status: number; body: string; headers?: Record<string, string> }[]) {
  const seen: { authorization: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk));
    request.on("end", () => {
      seen.push({ authorization: request.headers.authorization, body });
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500, body: "" };
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const good = { status: 200, body: JSON.stringify({ data: { video: null } }) };
const away = {
  status: 503,
  body: JSON.stringify({
    errors: [{ message: "Busy.", extensions: { code: "OVERLOADED", retryAfterMs: 1 } }],
  }),
};
const input = { title: "A", source: { url: { url: "https://example.com/a.mp4" } } };

test("each request uses the current token", async () => {
  const { url, seen } = await api([good]);
  let count = 0;
  const client = createClient({ url, getToken: async () => `token-${(count += 1)}` });
  await client.query(VideoDocument, { id: "1" });
  await client.query(VideoDocument, { id: "1" });
  expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
});

test("a query to an overloaded API is retried after the requested pause", async () => {
  const { url, seen } = await api([away, { status: 502, body: "<html>" }, good]);
  const client = createClient({ url, apiKey: "k" });
  expect(await client.query(VideoDocument, { id: "1" })).toEqual({ video: null });
  expect(seen).toHaveLength(3);
});

test("creating a video is retried with the same idempotency key after a lost answer", async () => {
  const created = { createVideo: { __typename: "Video", id: "1" } };
  const { url, seen } = await api([away, { status: 200, body: JSON.stringify({ data: created }) }]);
  const result = await createClient({ url, apiKey: "k" }).createVideo(input);
  expect(result).toMatchObject({ ok: true, video: { id: "1" } });
  const keys = seen.map(({ body }) => JSON.parse(body).variables.input.idempotencyKey);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
});

test("errors are typed: the API's code, its log id, answers that are not GraphQL", async () => {
  const refused = { errors: [{ message: "No.", extensions: { code: "UNAUTHENTICATED" } }] };
  const masked = {
    errors: [{ message: "Oh.", extensions: { code: "INTERNAL_SERVER_ERROR", errorId: "e1" } }],
  };
  const { url } = await api([
    { status: 401, body: JSON.stringify(refused) },
    { status: 200, body: JSON.stringify(masked) },
    { status: 404, body: "not here" },
  ]);
  const client = createClient({ url, apiKey: "k" });
  const ask = () => client.query(VideosDocument);
  await expect(ask()).rejects.toMatchObject({ name: "ReelayError", code: "UNAUTHENTICATED", status: 401 });
  await expect(ask()).rejects.toMatchObject({
    code: "INTERNAL_SERVER_ERROR",
    errorId: "e1",
    isRetriable: false,
  });
  await expect(ask()).rejects.toMatchObject({ code: "HTTP_404" });
});

test("an aborted request ends with the signal's reason", async () => {
  const { url } = await api([away]);
  const client = createClient({ url, apiKey: "k" });
  const reason = new Error("left the page");
  await expect(client.query(VideoDocument, { id: "1" }, { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});
