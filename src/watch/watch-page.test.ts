import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Script } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId } from "../../schema/global-id.ts";
import { createWatchPage } from "./index.ts";

const videoId = "01890000-0000-7000-8000-000000000001";
const id = encodeGlobalId("Video", videoId);
let server: Server;
let base: string;

beforeAll(async () => {
  const handle = createWatchPage({ publicUrlOf: (key) => `https://media.example/bucket/${key}` });
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

test("a video's page asks the store for its public state, and may reach nothing else", async () => {
  const response = await fetch(`${base}/watch/${id}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  const policy = response.headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("connect-src 'self' https://media.example;");
  expect(policy).not.toContain("unsafe");
  expect(await response.text()).toContain(
    `data-status-url="https://media.example/bucket/videos/${videoId}/status.json"`,
  );
});

test.each([
  "/watch",
  "/watch/",
  "/watch/nonsense",
  `/watch/${encodeGlobalId("Job", videoId)}`,
  "/watch/%3Cscript%3E",
])("%s is told not to be a video", async (path) => {
  const response = await fetch(base + path);
  expect(response.status).toBe(404);
  const text = await response.text();
  expect(text).toContain("There is no video at this address");
  expect(text).not.toContain("<script");
});

test("the player comes from here, not from another site", async () => {
  const page = await (await fetch(`${base}/watch/${id}`)).text();
  const sources = [...page.matchAll(/<script src="([^"]+)"/g)].map(([, source]) => source ?? "");
  expect(sources).toEqual(["/watch/assets/hls.js", "/watch/assets/player.js"]);
  for (const source of sources) {
    const response = await fetch(base + source);
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    // Compiles: throws a SyntaxError otherwise.
    expect(new Script(await response.text())).toBeInstanceOf(Script);
  }
});

test("HEAD gives the headers only, and writing is refused", async () => {
  const head = await fetch(`${base}/watch/${id}`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  const post = await fetch(`${base}/watch/${id}`, { method: "POST" });
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("other paths are left to others", async () => {
  expect((await fetch(`${base}/watching`)).status).toBe(418);
});
