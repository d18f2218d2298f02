import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId } from "../inputs/global-id.ts";
import { createWatchPage } from "./index.ts";
import type { WatchPageOptions } from "./watch-page.ts";

const videoId = "01890000-0000-7000-8000-000000000001";
const id = encodeGlobalId("Video", videoId);
const sites = ["https://shop.example"];
const accepted = {
  ...{ keyId: "k", purpose: "PLAY" as const, videoId, fromS: 0, untilS: 1 },
  ...{ origins: sites, viewerId: "", leftS: 1 },
};
/** The video is PUBLIC; there is a good token for some sites; nothing else exists. */
const access: WatchPageOptions["access"] = {
  check: ({ token, videoId: asked }) => {
    if (token === "good") return Promise.resolve({ isAllowed: true, token: accepted });
    if (token !== null) return Promise.resolve({ isAllowed: false, code: "PLAYBACK_TOKEN_EXPIRED" });
    return Promise.resolve(
      asked === videoId ? { isAllowed: true, token: null } : { isAllowed: false, code: null },
    );
  },
};
let server: Server;
let base: string;
let isBuilt = true;

beforeAll(async () => {
  const handle = createWatchPage({
    store: { publicUrl: (key) => `https://media.example/bucket/${key}` },
    access,
    built: { now: () => Promise.resolve(isBuilt ? new Map() : null) },
  });
  server = createServer((req, res) => {
    void handle(req, res).then((isHandled) => isHandled || res.writeHead(418).end());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each(["watch", "embed"])(
  "a video's %s page reads the public status from the store, and its CSP allows nothing else",
  async (kind) => {
    const response = await fetch(`${base}/${kind}/${id}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self' https://media.example;");
    // Pages of others hold it in a frame.
    expect(policy).not.toContain("frame-ancestors");
    const page = await response.text();
    expect(page).toContain(`status-src="https://media.example/bucket/videos/${videoId}/status.json"`);
    expect([...page.matchAll(/src="([^"]+)"/g)].map(([, source]) => source)).toContain("/player.js");
  },
);

test("an embedded player starts as its URL says, and a video's own page plays automatically", async () => {
  const playerAt = async (path: string) =>
    / qoe-url="\/api\/playback-events"([^>]*)>/.exec(await (await fetch(base + path)).text())?.[1];
  expect(await playerAt(`/watch/${id}`)).toBe(" autoplay");
  expect(await playerAt(`/embed/${id}`)).toBe("");
  expect(await playerAt(`/embed/${id}?autoplay&muted=1&loop=0&onload=x`)).toBe(" autoplay muted");
});

test("before the player is built the page reports that and reloads automatically", async () => {
  isBuilt = false;
  const response = await fetch(`${base}/watch/${id}`);
  isBuilt = true;
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('http-equiv="refresh" content="1"');
});

test.each([
  "/watch",
  "/watch/",
  "/embed",
  "/embed/nonsense",
  "/watch/nonsense",
  `/watch/${encodeGlobalId("Job", videoId)}`,
  "/watch/%3Cscript%3E",
])("%s is answered as an unknown video", async (path) => {
  const response = await fetch(base + path);
  expect(response.status).toBe(404);
  const text = await response.text();
  expect(text).toContain("There is no video at this address");
  expect(text).not.toContain("<script");
});

test("HEAD returns only the headers, and other methods are refused", async () => {
  const head = await fetch(`${base}/watch/${id}`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  const post = await fetch(`${base}/watch/${id}`, { method: "POST" });
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("other paths are passed to other handlers", async () => {
  for (const path of ["/watching", "/embedded", "/watch.js"])
    expect((await fetch(base + path)).status).toBe(418);
});

test.each(["watch", "embed"])(
  "with a token a %s page passes it to the player, and only the token's origins may frame it",
  async (kind) => {
    const response = await fetch(`${base}/${kind}/${id}?token=good`);
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
    expect(response.headers.get("content-security-policy")).toContain(
      "frame-ancestors 'self' https://shop.example",
    );
    const page = await response.text();
    expect(page).toContain('token="good"');
    expect(page).toContain(`status-src="https://media.example/bucket/~good/videos/${videoId}/status.json"`);
  },
);

test("a token that does not open the video returns a page that states the reason", async () => {
  const response = await fetch(`${base}/embed/${id}?token=old`);
  expect([response.status, response.headers.get("cache-control")]).toEqual([403, "no-store"]);
  expect(await response.text()).toContain("PLAYBACK_TOKEN_EXPIRED");
});

test("a SIGNED video without a token returns the page of a missing video", async () => {
  const response = await fetch(`${base}/watch/${encodeGlobalId("Video", videoId.replace(/1$/, "2"))}`);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain("There is no video at this address");
});
