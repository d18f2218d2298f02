import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { RenderError, retriableError } from "../../errors.ts";
import { temporaryDirectory } from "../../testing/kit.ts";
import { startOrigin } from "../../testing/origin.ts";
import { beginDownload } from "./download.ts";
import type { FetchPolicy } from "./fetch-policy.ts";

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Downloads with loopback allowed, and returns the result. */
async function fetched(
  url: string,
  policy: Partial<FetchPolicy> = {},
  maxBytes = 1_000,
  onRead?: (sizeBytes: number) => void,
  assertRoom?: (sizeBytes: number) => Promise<void>,
  roomBytes?: number,
) {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "source");
  try {
    await using download = await beginDownload(url, {
      path,
      maxBytes,
      roomBytes,
      policy: { timeoutMs: 60_000, allowPrivate: ["127.0.0.1"], ...policy },
      signal: new AbortController().signal,
      onRead,
      ...(assertRoom && { assertRoom }),
    });
    const { sizeBytes, sha256 } = await download.done;
    const bytes = await readFile(path);
    expect([bytes.length, createHash("sha256").update(bytes).digest("hex")]).toEqual([sizeBytes, sha256]);
    return { contentType: download.file.contentType, body: bytes.toString() };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    const { code, retriable, message } = error.reported;
    return { code, retriable, message };
  }
}

test("a file is fetched with its type, through redirects", async () => {
  await using server = await serve((request, response) => {
    if (request.url === "/old") response.writeHead(302, { location: "/new" }).end();
    else response.writeHead(200, { "content-type": "video/mp4" }).end("the bytes");
  });
  expect(await fetched(`${server.url}/old`)).toEqual({ contentType: "video/mp4", body: "the bytes" });
});

test("loopback is refused unless it is allowed, including after a redirect", async () => {
  await using inner = await serve((_request, response) => response.end("secret"));
  const port = new URL(inner.url).port;
  await using outer = await serve((_request, response) =>
    response.writeHead(302, { location: `http://[::ffff:127.0.0.2]:${port}/` }).end(),
  );
  for (const url of [
    inner.url,
    `http://localhost:${port}`,
    `http://2130706433:${port}`,
    `http://[::1]:${port}`,
  ]) {
    expect(await fetched(url, { allowPrivate: [] }), url).toMatchObject({
      code: "SOURCE_URL_REFUSED",
      retriable: false,
    });
  }
  expect(await fetched(outer.url)).toMatchObject({ code: "SOURCE_URL_REFUSED" });
});

test("other schemes, credentials and endless redirects are refused", async () => {
  await using server = await serve((_request, response) =>
    response.writeHead(302, { location: "/again" }).end(),
  );
  for (const url of [
    "file:///etc/passwd",
    "ftp://example.com/a",
    "http://user:pass@example.com/",
    "nonsense",
    server.url,
  ]) {
    expect(await fetched(url), url).toMatchObject({ code: "SOURCE_URL_REFUSED", retriable: false });
  }
});

test.each([
  [404, "SOURCE_URL_NOT_FOUND", false],
  [403, "SOURCE_URL_HTTP_ERROR", false],
  [429, "SOURCE_URL_HTTP_ERROR", true],
  [503, "SOURCE_URL_HTTP_ERROR", true],
])("an HTTP %i response is %s, retriable: %s", async (status, code, retriable) => {
  await using server = await serve((_request, response) => response.writeHead(status).end());
  expect(await fetched(server.url)).toMatchObject({ code, retriable });
});

test("a file that is too large is refused, whether or not it declares its size", async () => {
  await using server = await serve((request, response) => {
    if (request.url === "/honest") response.setHeader("content-length", 2_000);
    response.write("x".repeat(1_500));
    response.end("x".repeat(500));
  });
  expect(await fetched(`${server.url}/honest`)).toMatchObject({ code: "SOURCE_TOO_LARGE", retriable: false });
  expect(await fetched(`${server.url}/silent`)).toMatchObject({ code: "SOURCE_TOO_LARGE", retriable: false });
});

test("a download stops at the workspace's storage quota and reports the remaining bytes", async () => {
  await using server = await serve((request, response) => {
    if (request.url === "/honest") response.setHeader("content-length", 500);
    if (request.url === "/large") response.setHeader("content-length", 2_000);
    response.write("x".repeat(500));
    // Without a stated length it never ends.
    if (request.url === "/honest") response.end();
  });
  const take = (path: string, roomBytes: number) =>
    fetched(`${server.url}${path}`, {}, 1_000, undefined, undefined, roomBytes);
  expect(await take("/honest", 500)).toMatchObject({ body: "x".repeat(500) });
  for (const path of ["/honest", "/endless"]) {
    expect(await take(path, 499)).toMatchObject({
      code: "QUOTA_EXCEEDED",
      message: expect.stringMatching(/500 bytes or more.*STORED_BYTES has 499 left.*retry the job/),
    });
  }
  // The workspace's room does not matter for this one.
  expect(await take("/large", 499)).toMatchObject({ code: "SOURCE_TOO_LARGE" });
});

test("a server that stops sending times out with a retriable error", async () => {
  await using server = await serve((_request, response) => {
    response.writeHead(200);
    response.write("some");
  });
  expect(await fetched(server.url, { idleTimeoutMs: 200 })).toMatchObject({
    code: "SOURCE_URL_TIMEOUT",
    retriable: true,
  });
  expect(await fetched(server.url, { timeoutMs: 200 })).toMatchObject({
    code: "SOURCE_URL_TIMEOUT",
    retriable: true,
  });
});

test("an origin below the minimum rate is abandoned with a final error, whatever the time limit", async () => {
  await using server = await serve((_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write("."), 20);
    response.once("close", () => clearInterval(drip));
  });
  const pace = { bytes: 10_000, windowMs: 300 };
  expect(await fetched(server.url, { pace })).toMatchObject({
    code: "SOURCE_URL_TOO_SLOW",
    retriable: false,
    message: expect.stringMatching(/sent \d+ bytes in 0\.3 s; the minimum is 10000/),
  });
});

test("a download of unknown size stops before it fills the disk", async () => {
  await using server = await serve((_request, response) => {
    response.writeHead(200);
    const piece = Buffer.alloc(1024 ** 2);
    void pipeline(Readable.from(Array.from({ length: 80 }, () => piece)), response).catch(() => undefined);
  });
  const asked: number[] = [];
  const assertRoom = (bytes: number) => {
    asked.push(bytes);
    if (asked.length > 1) throw retriableError("WORKER", "WORK_DIRECTORY_FULL", "full");
    return Promise.resolve();
  };
  expect(await fetched(server.url, { timeoutMs: 60_000 }, 1e9, undefined, assertRoom)).toMatchObject({
    code: "WORK_DIRECTORY_FULL",
  });
  expect(asked).toEqual([0, 512 * 1024 ** 2]);
});

test("a broken connection and an unknown host are retriable", async () => {
  await using server = await serve((_request, response) => {
    response.writeHead(200, { "content-length": 500 });
    response.write("some", () => response.destroy());
  });
  expect(await fetched(server.url)).toMatchObject({ code: "SOURCE_URL_UNREACHABLE", retriable: true });
  expect(await fetched("http://host.invalid/")).toMatchObject({
    code: "SOURCE_URL_UNREACHABLE",
    retriable: true,
  });
});

test("a broken transfer resumes at the same byte if the origin validates the rest", async () => {
  await using origin = await startOrigin(Buffer.from("0123456789"));
  let arrived = Promise.withResolvers<void>();
  origin.send = async (body, response) => {
    response.write(body.subarray(0, 4));
    await arrived.promise;
    arrived = Promise.withResolvers();
    response.destroy();
  };
  const onRead = () => arrived.resolve();
  expect(await fetched(origin.url, {}, 1_000, onRead)).toEqual({
    contentType: "video/mp4",
    body: "0123456789",
  });
  expect(origin.asked).toEqual(["whole", "bytes=4-", "bytes=8-"]);
});

test("the rest is requested again from an origin that is briefly busy", async () => {
  await using origin = await startOrigin(Buffer.from("0123456789"));
  const troubles = [429, 503];
  origin.answer = (request, response) => {
    const status = request.headers.range === undefined ? undefined : troubles.shift();
    if (status !== undefined) response.writeHead(status).end();
    return status !== undefined;
  };
  origin.send = async (body, response) => {
    if (body.length === 10) breakAfter(response, body.subarray(0, 4));
    else response.end(body);
  };
  expect(await fetched(origin.url)).toMatchObject({ body: "0123456789" });
});

test("bytes of two different files are never combined", async () => {
  await using origin = await startOrigin(Buffer.from("0123456789"));
  origin.send = async (body, response) => {
    origin.bytes = Buffer.from("abcdefghij");
    origin.etag = '"two"';
    breakAfter(response, body.subarray(0, 4));
  };
  expect(await fetched(origin.url)).toMatchObject({ code: "SOURCE_URL_CHANGED", retriable: true });
});

test.each([
  ["no range support", { takesRanges: false }],
  ["no validator", { etag: null }],
  ["a weak validator", { etag: 'W/"one"' }],
])("an origin with %s is not used to resume a broken transfer", async (_what, kind) => {
  await using origin = await startOrigin(Buffer.from("0123456789"));
  Object.assign(origin, kind);
  origin.send = async (body, response) => {
    breakAfter(response, body.subarray(0, 4));
  };
  expect(await fetched(origin.url)).toMatchObject({ code: "SOURCE_URL_UNREACHABLE", retriable: true });
  expect(origin.asked).toEqual(["whole"]);
});

/** Sends a part, then closes the connection early. */
function breakAfter(response: ServerResponse, part: Buffer): void {
  response.write(part, () => response.socket?.end());
}
