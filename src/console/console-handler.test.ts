import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBuiltFiles, createConsole } from "./index.ts";

let directory: string;
let server: Server;
let base: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-console-"));
  const handle = createConsole({
    built: createBuiltFiles(directory),
    mediaUrl: "https://media.example/bucket/",
    uploadUrl: "https://reelay.example/",
  });
  server = createServer((req, res) => {
    void handle(req, res).then((isHandled) => isHandled || res.writeHead(418).end());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

const script = "export const much = 1;\n".repeat(100);

async function build(page = "<!doctype html><title>Console</title>"): Promise<void> {
  await mkdir(join(directory, "assets"), { recursive: true });
  await writeFile(join(directory, "assets/main-abc123.js"), script);
  await writeFile(join(directory, "favicon.svg"), "<svg/>");
  for (const name of ["client", "player", "upload"]) await writeFile(join(directory, `${name}.js`), script);
  await writeFile(join(directory, ".inputs"), "secret of the build");
  await writeFile(join(directory, "index.html"), page);
}

test.each([
  "/",
  "/videos/VmlkZW86MQ",
  "/animate",
  "/queue",
  "/failed",
  "/keys",
  "/webhooks",
  "/webhooks/V2ViaG9vaw",
])("%s serves the console page", async (path) => {
  await build();
  const response = await fetch(base + path);
  expect([response.status, await response.text()]).toEqual([200, "<!doctype html><title>Console</title>"]);
  expect(response.headers.get("cache-control")).toBe("no-cache");
});

test.each([
  "/graphql",
  "/media/videos/1/poster.jpg",
  "/uploads/1",
  "/watch/1",
  "/embed/1",
  "/healthz",
  "/readyz",
  "/metrics",
  "/api/cms/media/upload",
  "/api",
  "/videos",
  "/videos/1/2",
  "/nonsense",
  "/index.html",
  "/.inputs",
  "/assets/none.js",
  "/assets/../index.html",
  "/assets/%2e%2e/index.html",
])("%s is passed to other handlers", async (path) => {
  await build();
  expect((await fetch(base + path)).status).toBe(418);
});

test("the page runs no inline scripts and connects only to its own origin, the media and the uploads", async () => {
  await build();
  const { headers } = await fetch(base);
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  // The player's controls bring their styles with them.
  expect(policy).toContain("style-src 'self' 'unsafe-inline';");
  expect(policy).toContain("connect-src 'self' https://media.example https://reelay.example;");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy.match(/unsafe/g)).toHaveLength(1);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

test("an asset is cached forever and compressed for clients that accept it", async () => {
  await build();
  const plain = await fetch(`${base}/assets/main-abc123.js`, { headers: { "accept-encoding": "identity" } });
  expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(plain.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toBe(script);
  const zipped = await fetch(`${base}/assets/main-abc123.js`);
  expect(zipped.headers.get("content-encoding")).toBe("gzip");
  expect(Number(zipped.headers.get("content-length"))).toBeLessThan(script.length / 2);
  expect(await zipped.text()).toBe(script);
});

test.each(["client", "player", "upload"])(
  "pages of any origin may load /%s.js and cache it for an hour",
  async (name) => {
    await build();
    const response = await fetch(`${base}/${name}.js`);
    expect([response.status, await response.text()]).toEqual([200, script]);
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(response.headers.get("cache-control")).toBe("public, max-age=3600, stale-while-revalidate=86400");
    expect((await fetch(base)).headers.get("access-control-allow-origin")).toBeNull();
  },
);

test("an unchanged page is answered with 304; a new build is served without a restart", async () => {
  await build();
  const etag = (await fetch(base)).headers.get("etag") ?? "";
  const headers = { "if-none-match": etag };
  expect((await fetch(base, { headers })).status).toBe(304);
  await rm(join(directory, "index.html"));
  await build("<!doctype html><title>Newer</title>");
  const response = await fetch(base, { headers });
  expect([response.status, await response.text()]).toEqual([200, "<!doctype html><title>Newer</title>"]);
});

test("before the first build the page reports that and reloads automatically", async () => {
  const response = await fetch(base);
  expect(response.status).toBe(503);
  expect(response.headers.get("cache-control")).toBe("no-store");
  const page = await response.text();
  expect(page).toContain('http-equiv="refresh" content="1"');
  expect(page).not.toContain("<script");
  expect((await fetch(`${base}/assets/main-abc123.js`)).status).toBe(418);
  expect((await fetch(`${base}/player.js`)).status).toBe(503);
  await build();
  expect((await fetch(base)).status).toBe(200);
});

test("HEAD returns only the headers, and other methods are refused", async () => {
  await build();
  const head = await fetch(base, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  const post = await fetch(base, { method: "POST" });
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});
