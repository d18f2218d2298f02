import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMediaHandler, type MediaHandlerOptions } from "./media-handler.ts";

const segment = "videos/v1/attempts/a1/720p/seg_0.m4s";
const playlist = "videos/v1/attempts/a1/720p/index.m3u8";
/** All videos are PUBLIC; playback-access.test.ts is about the others. */
const access: MediaHandlerOptions["access"] = {
  check: () => Promise.resolve({ isAllowed: true, token: null }),
  titleOf: () => Promise.resolve(null),
};
let directory: string;
let store: ObjectStore;
let server: Server;
let base: string;
let port: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-media-"));
  store = createLocalObjectStore({ directory, publicBaseUrl: "http://localhost/media/" });
  const handle = createMediaHandler({ store, access, basePath: "/media/" });
  server = createServer((req, res) => {
    void handle(req, res).then((isHandled) => isHandled || res.writeHead(418).end());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
  base = `http://127.0.0.1:${port}/media/`;
  await store.put(segment, "0123456789");
  await store.put(playlist, "#EXTM3U\n");
  await store.put("videos/v1/source/secret.mp4", "original");
  await store.put("materials/m1/logo.svg", "<svg/>");
  await store.put("videos/v1/attempts/a1/manifest.json", "{}");
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await store[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const get = (key: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(base + key, { method, headers });

/** The status for a path that is sent exactly as written. */
const statusOf = (path: string) =>
  new Promise<number>((resolve, reject) => {
    const req = request({ port, host: "127.0.0.1", path }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    });
    req.on("error", reject).end();
  });

test("a segment is served completely, with its type, immutable, and to any origin", async () => {
  const response = await get(segment);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("0123456789");
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "accept-ranges": "bytes",
    "access-control-allow-origin": "*",
    "cache-control": "public, max-age=31536000, s-maxage=600, immutable",
    "content-length": "10",
    "content-type": "video/mp4",
    "x-content-type-options": "nosniff",
  });
});

test.each([
  ["bytes=2-4", "234", "bytes 2-4/10"],
  ["bytes=7-", "789", "bytes 7-9/10"],
  ["bytes=-3", "789", "bytes 7-9/10"],
  ["bytes=-100", "0123456789", "bytes 0-9/10"],
  ["bytes=8-100", "89", "bytes 8-9/10"],
])("the range %s returns only those bytes", async (range, body, contentRange) => {
  const response = await get(segment, { range });
  expect(response.status).toBe(206);
  expect(response.headers.get("content-range")).toBe(contentRange);
  expect(await response.text()).toBe(body);
});

test.each(["bytes=10-", "bytes=-0"])(
  "the range %s cannot be satisfied, and the answer states the length of the object",
  async (range) => {
    const response = await get(segment, { range });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe("bytes */10");
    expect(await response.json()).toMatchObject({ code: "RANGE_NOT_SATISFIABLE" });
  },
);

test.each(["bytes=4-2", "bytes=0-1,4-5", "lines=1-2", "bytes=-"])(
  "the invalid or unsupported range %s is ignored, and the whole object is returned",
  async (range) => {
    const response = await get(segment, { range });
    expect([response.status, await response.text()]).toEqual([200, "0123456789"]);
  },
);

test("an object that the client has cached is answered with 304", async () => {
  const first = await get(playlist);
  expect(first.headers.get("cache-control")).toBe("public, max-age=1");
  const etag = first.headers.get("etag") ?? "";
  const modified = first.headers.get("last-modified") ?? "";
  expect((await get(playlist, { "if-none-match": `"other", W/${etag}` })).status).toBe(304);
  expect((await get(playlist, { "if-modified-since": modified })).status).toBe(304);
  expect((await get(playlist, { "if-none-match": '"other"', "if-modified-since": modified })).status).toBe(
    200,
  );
});

test("a playlist that grew is sent again with a new ETag", async () => {
  const key = "videos/v1/manifest/master.m3u8";
  await store.put(key, "#EXTM3U\n1");
  const etag = (await get(key)).headers.get("etag") ?? "";
  await store.put(key, "#EXTM3U\n2");
  const response = await get(key, { "if-none-match": etag });
  expect([response.status, await response.text()]).toEqual([200, "#EXTM3U\n2"]);
});

test("If-Range returns a part only of the same object", async () => {
  const etag = (await get(segment)).headers.get("etag") ?? "";
  expect((await get(segment, { range: "bytes=0-1", "if-range": etag })).status).toBe(206);
  expect((await get(segment, { range: "bytes=0-1", "if-range": '"older"' })).status).toBe(200);
  expect((await get(segment, { range: "bytes=0-1", "if-range": new Date(0).toUTCString() })).status).toBe(
    200,
  );
});

test("HEAD returns the headers and no body", async () => {
  const response = await get(segment, { range: "bytes=0-1" }, "HEAD");
  expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([
    200,
    "10",
    "",
  ]);
});

test("a browser's preflight request for Range is granted", async () => {
  const response = await get(
    segment,
    { origin: "https://cms.example", "access-control-request-headers": "range" },
    "OPTIONS",
  );
  expect(response.status).toBe(204);
  expect(response.headers.get("access-control-allow-headers")).toContain("Range");
});

test("the original source, materials and spoken texts are not served", async () => {
  await store.put("speech/w1/k1", "a text");
  expect((await get("speech/w1/k1")).status).toBe(404);
  expect((await get("materials/m1/logo.svg")).status).toBe(404);
  expect((await get("Materials/m1/logo.svg")).status).toBe(404);
  expect((await get("videos/v1/source/secret.mp4")).status).toBe(404);
  expect((await get("videos/v1/SOURCE/secret.mp4")).status).toBe(404);
});

test.each([
  "/media/../package.json",
  "/media/%2e%2e/%2e%2e/etc/passwd",
  "/media/videos/v1/attempts/../source/secret.mp4",
  "/media/videos/v1/attempts/a1/manifest.json",
  "/media/Videos/v1/attempts/a1/Manifest.json",
  "/media/videos/v1/%2e%2e/v1/source/secret.mp4",
  "/media/videos%2Fv1%2Fsource%2Fsecret.mp4",
  "/media/videos/v1%2fattempts/a1/720p/seg_0.m4s",
  "/media/..%5c..%5cpackage.json",
  "/media//etc/passwd",
  "/media/.store/lock",
  "/media/%",
  "/media/%00",
  "/media/",
  "/media/videos/v1",
])("%s returns 404", async (path) => {
  expect(await statusOf(path)).toBe(404);
});

test("missing objects and unsupported methods are answered in JSON", async () => {
  const missing = await get("videos/none/poster.jpg");
  expect(missing.status).toBe(404);
  expect(missing.headers.get("cache-control")).toBe("no-store");
  expect(await missing.json()).toEqual({
    code: "NOT_FOUND",
    message: "There is no media at /media/videos/none/poster.jpg.",
  });
  const put = await get(segment, {}, "PUT");
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  expect(await put.json()).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
});

test("a path outside the base is passed to other handlers", async () => {
  expect(await statusOf("/mediation/x")).toBe(418);
});

test("query parameters that players add are ignored", async () => {
  expect(await (await get(`${segment}?_HLS_msn=1`)).text()).toBe("0123456789");
});

test.runIf(process.platform === "linux")(
  "a viewer that disconnects during a transfer leaves no file open",
  async () => {
    const key = "videos/v1/attempts/a1/1080p/long.mp4";
    await store.put(key, Buffer.alloc(32 * 1024 * 1024));
    const openFiles = async () => {
      const links = (await readdir("/proc/self/fd")).map((fd) =>
        readlink(`/proc/self/fd/${fd}`).catch(() => ""),
      );
      return (await Promise.all(links)).filter((path) => path.endsWith(key)).length;
    };
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET /media/${key} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    expect(await openFiles()).toBe(1);
    socket.destroy();
    await expect.poll(openFiles).toBe(0);
  },
);

test("a viewer that disconnects while the object is being opened leaves nothing open", async () => {
  const opened = Promise.withResolvers<Awaited<ReturnType<ObjectStore["read"]>>>();
  const left = Promise.withResolvers<void>();
  const handle = createMediaHandler({
    access,
    basePath: "/media/",
    store: {
      ...store,
      async read(key, options) {
        const read = await store.read(key, options);
        await left.promise;
        opened.resolve(read);
        return read;
      },
    },
  });
  const slow = createServer((req, res) => {
    res.once("close", () => left.resolve());
    void handle(req, res);
    client.resetAndDestroy();
  });
  await new Promise<void>((resolve) => void slow.listen(0, "127.0.0.1", resolve));
  const client = connect((slow.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => {});
  client.write(`GET /media/${segment} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const { body } = await opened.promise;
  await expect.poll(() => body.closed).toBe(true);
  slow.close();
});
