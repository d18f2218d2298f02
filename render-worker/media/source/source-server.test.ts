import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createNoJail } from "../../jail/no-jail.ts";
import { MemoryRanges } from "../../testing/memory-reader.ts";
import { createBlockReader } from "./block-reader.ts";
import { serveSource } from "./source-server.ts";

const bytes = Buffer.from("0123456789");

async function serve(ranges = new MemoryRanges(bytes)) {
  const ending = new AbortController();
  const failures: unknown[] = [];
  const reader = createBlockReader(ranges, { signal: ending.signal, blockBytes: 4 });
  const server = await serveSource(reader, {
    jail: createNoJail(),
    filename: "a film & more.mp4",
    signal: ending.signal,
    onFailed: (error) => failures.push(error),
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { url: server.url, server, failures, ending };
}

test.each([
  [undefined, 200, "0123456789", null],
  ["bytes=0-", 206, "0123456789", "bytes 0-9/10"],
  ["bytes=3-5", 206, "345", "bytes 3-5/10"],
  ["bytes=8-99", 206, "89", "bytes 8-9/10"],
  ["bytes=-2", 206, "89", "bytes 8-9/10"],
  ["bytes=10-", 416, "", "bytes */10"],
  ["bytes=5-3", 200, "0123456789", null],
  ["bytes=0-1,4-5", 200, "0123456789", null],
  ["pages=1-2", 200, "0123456789", null],
])("a range of %s receives HTTP %i", async (range, status, body, contentRange) => {
  const { url } = await serve();
  const answer = await fetch(url, range === undefined ? {} : { headers: { range } });
  expect([answer.status, await answer.text(), answer.headers.get("content-range")]).toEqual([
    ...[status, body, contentRange],
  ]);
});

test("HEAD returns the size and accepts ranges", async () => {
  const { url } = await serve();
  const { status, headers } = await fetch(url, { method: "HEAD" });
  expect([status, headers.get("content-length"), headers.get("accept-ranges")]).toEqual([200, "10", "bytes"]);
});

test("only its own path is served, on this machine only, and read-only", async () => {
  const { url } = await serve();
  const { origin, pathname, hostname } = new URL(url);
  expect(hostname).toBe("127.0.0.1");
  const [, secret = "", name] = pathname.split("/");
  expect(secret.length).toBeGreaterThanOrEqual(32);
  expect(name).toBe("a%20film%20%26%20more.mp4");
  for (const path of [
    "/",
    "/etc/passwd",
    `/${secret}/`,
    `/${secret}/other.mp4`,
    `/x/${name}`,
    `${pathname}?a`,
  ])
    expect((await fetch(origin + path)).status, path).toBe(404);
  for (const method of ["POST", "PUT", "DELETE"])
    expect((await fetch(url, { method })).status, method).toBe(405);
});

test("an unreadable source is reported, and its connection is reset instead of ending as if complete", async () => {
  const ranges = new MemoryRanges(bytes);
  ranges.trouble = (start) => {
    if (start >= 4) throw new Error("the disk is gone");
    return undefined;
  };
  const { url, failures } = await serve(ranges);
  await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow(TypeError);
  expect(failures).toEqual([new Error("the disk is gone")]);
});

test("a client that seeks and closes its connection is not a failure of the source", async () => {
  const ranges = new MemoryRanges(Buffer.alloc(16 * 1024 * 1024));
  const { url, failures, server } = await serve(ranges);
  const client = request(url).end();
  const [response] = await new Promise<[NodeJS.ReadableStream]>((resolve) =>
    client.once("response", (response) => resolve([response])),
  );
  await new Promise((resolve) => response.once("data", resolve));
  client.destroy();
  expect(await fetch(url, { headers: { range: "bytes=-3" } }).then((answer) => answer.status)).toBe(206);
  await server[Symbol.asyncDispose]();
  expect(failures).toEqual([]);
});

test("the end of an attempt ends its responses without reporting a failure", async () => {
  const ranges = new MemoryRanges(bytes);
  ranges.trouble = () => {
    throw new Error("again");
  };
  ranges.beforeRetry = () => 1_000_000;
  const { url, failures, ending } = await serve(ranges);
  const answer = await fetch(url);
  const body = answer.text();
  ending.abort(new Error("canceled"));
  await expect(body).rejects.toThrow("terminated");
  await delay(0);
  expect(failures).toEqual([]);
});
