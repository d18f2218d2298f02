/**
 * Signed playback in a real browser with hls.js, through a caching proxy: nginx, which keeps what the
 * answers' headers allow.
 */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalObjectStore } from "@reelay/object-store";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeLongStream } from "../../packages/testing/long-stream.ts";
import { bundle } from "../../packages/testing/site.ts";
import { seedVideo } from "../../schema/testing/seed.ts";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import { createMediaHandler } from "../../src/media/index.ts";
import {
  createPlaybackAccess,
  type PlaybackAccess,
  rotateSigningKey,
} from "../../src/playback-access/index.ts";
import { testSecrets } from "../../src/testing/test-uploads.ts";
import { hasNoNginx, startCachingProxy } from "../kit/caching-proxy.ts";
import { hasNoChromium, startChromium } from "../kit/chromium.ts";
import { freePort } from "../kit/free-port.ts";

const isLeftOut = hasNoChromium || hasNoNginx;
const browserTest = test.skipIf(isLeftOut);
const MINUTES = 6;

let held: AsyncDisposableStack;
let api: TestApi;
let playback: PlaybackAccess;
let context: BrowserContext;
let base: string;
let body = "";
let signed: string;
let open: string;
/** Seconds that tokens of /token live. */
let lifeS = 15;

const clock = () => new Date();
async function tokenFor(videoId: string, untilS = lifeS): Promise<string> {
  const fromS = Math.floor(Date.now() / 1_000);
  const claims = {
    purpose: "PLAY" as const,
    videoId,
    fromS,
    untilS: fromS + untilS,
    origins: [],
    viewerId: "",
  };
  return playback.sign(api.ours.id, claims);
}

beforeAll(async () => {
  if (isLeftOut) return;
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-signed-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  api = stack.use(await createTestApi());
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  const store = stack.use(
    createLocalObjectStore({ directory: join(folder, "store"), publicBaseUrl: `${base}/media/` }),
  );
  playback = createPlaybackAccess({ db: api.db, clock, secrets: testSecrets, publicUrl: base });
  await makeLongStream(join(folder, "stream"), MINUTES);
  const newVideo = async (playbackPolicy: "PUBLIC" | "SIGNED") => {
    const { id } = await seedVideo(api.db, api.ours.id);
    await api.db.video.update({ where: { id }, data: { playbackPolicy } });
    for (const file of await readdir(join(folder, "stream"))) {
      const bytes = await readFile(join(folder, "stream", file));
      if (file !== "master.m3u8") await store.put(`videos/${id}/attempts/a/v/${file}`, bytes);
      else {
        const master = bytes.toString().replaceAll(/([\w-]+\.m3u8)/g, "../attempts/a/v/$1");
        await store.put(`videos/${id}/manifest/master.m3u8`, master);
      }
    }
    return id;
  };
  signed = await newVideo("SIGNED");
  open = await newVideo("PUBLIC");
  const script = await bundle({ file: join(import.meta.dirname, "../../packages/player/src/index.ts") });
  const media = createMediaHandler({ store, access: playback, basePath: "/media/" });
  const origin = createServer((req, res) => {
    void (async () => {
      if (await media(req, res)) return;
      res.setHeader("cache-control", "no-store");
      if (req.url === "/player.js") {
        res.setHeader("content-type", "text/javascript").end(script);
        return;
      }
      if (req.url === "/token") {
        res.end(JSON.stringify({ token: await tokenFor(signed) }));
        return;
      }
      res.setHeader("content-type", "text/html");
      res.end(
        `<!doctype html><title>Shop</title><script type="module" src="/player.js"></script><body>${body}`,
      );
    })();
  });
  stack.defer(() => void origin.close());
  stack.defer(() => origin.closeAllConnections());
  await new Promise<void>((resolve) => void origin.listen(0, "127.0.0.1", resolve));
  const { port: originPort } = origin.address() as AddressInfo;
  stack.use(await startCachingProxy(port, `http://127.0.0.1:${originPort}`));
  ({ context } = stack.use(await startChromium()));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

const masterOf = (id: string, token?: string) =>
  `${base}/media/${token === undefined ? "" : `~${token}/`}videos/${id}/manifest/master.m3u8`;

async function openPage(html: string): Promise<{ page: Page; requests: string[] }> {
  body = html;
  const page = await context.newPage();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(`${base}/`);
  return { page, requests };
}
const time = (page: Page) =>
  page.locator("reelay-player video").evaluate((video) => (video as unknown as HTMLVideoElement).currentTime);
const untilTime = (page: Page, seconds: number) =>
  expect.poll(() => time(page), { timeout: 60_000, interval: 100 }).toBeGreaterThan(seconds);
const seek = (page: Page, seconds: number) =>
  page.locator("reelay-player video").evaluate((video, to) => {
    (video as unknown as HTMLVideoElement).currentTime = to;
  }, seconds);
const isSegment = (url: string) => url.endsWith(".m4s");

browserTest(
  "a viewer with a token plays by path alone, and others get nothing, not even from the cache",
  async () => {
    const token = await tokenFor(signed, 600);
    const { page, requests } = await openPage(
      `<reelay-player src="${masterOf(signed, token)}" muted autoplay no-resume></reelay-player>`,
    );
    await untilTime(page, 2);
    const segments = requests.filter(isSegment);
    expect(segments.length).toBeGreaterThan(0);
    expect(segments.every((url) => url.includes(`/~${token}/videos/`))).toBe(true);
    for (const url of segments) {
      const held = await fetch(url);
      expect([held.status, held.headers.get("x-cache")]).toEqual([200, "MISS"]);
      const plain = await fetch(url.replace(`~${token}/`, ""));
      expect(plain.status).toBe(404);
      expect((await fetch(url.replace(token, `${token.slice(0, -1)}_`))).status).toBe(403);
    }
    await page.close();
  },
);

browserTest(
  "the proxy caches a PUBLIC video's segments, and once the video is SIGNED, fetches no further ones",
  async () => {
    const url = `${base}/media/videos/${open}/attempts/a/v/q0-00000.m4s`;
    await (await fetch(url)).arrayBuffer();
    const again = await fetch(url);
    expect([again.status, again.headers.get("x-cache")]).toEqual([200, "HIT"]);
    await api.db.video.update({ where: { id: open }, data: { playbackPolicy: "SIGNED" } });
    playback.forgetVideo(open);
    // Cached segments live for at most ten minutes, and no new ones are cached.
    expect(again.headers.get("cache-control")).toContain("s-maxage=600");
    const other = await fetch(url.replace("q0-00000", "q0-00001"));
    expect([other.status, other.headers.get("cache-control")]).toEqual([404, "no-store"]);
  },
);

browserTest(
  "a player refreshes its token before it expires and continues with segments not yet loaded",
  async () => {
    const first = await tokenFor(signed);
    const { page, requests } = await openPage(
      `<reelay-player src="${masterOf(signed, first)}" token-url="/token" muted autoplay no-resume></reelay-player>`,
    );
    await untilTime(page, 1);
    const errors = page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const seen: string[] = [];
          document.addEventListener("reelay-error", (event) =>
            seen.push(JSON.stringify((event as CustomEvent).detail)),
          );
          setTimeout(() => resolve(seen), 20_000);
        }),
    );
    await expect.poll(() => fetch(masterOf(signed, first)).then(({ status }) => status)).toBe(403);
    const before = await time(page);
    await seek(page, 300);
    await untilTime(page, 302);
    expect(before).toBeGreaterThan(1);
    const last = requests.findLast(isSegment) ?? "";
    expect(last).toContain("/~1.");
    expect(last).not.toContain(first);
    expect(await errors).toEqual([]);
    await page.close();
  },
);

browserTest("a rotation of the signing key does not interrupt a viewer", async () => {
  lifeS = 600;
  const token = await tokenFor(signed);
  const { page, requests } = await openPage(
    `<reelay-player src="${masterOf(signed, token)}" muted autoplay no-resume></reelay-player>`,
  );
  await untilTime(page, 1);
  const viewer = { apiKeyId: "test", workspaceId: api.ours.id, scopes: ["ADMIN"] as const };
  await rotateSigningKey({ db: api.db, clock, secrets: testSecrets, playback }, viewer, {});
  expect((await tokenFor(signed)).split(".")[1]).not.toBe(token.split(".")[1]);
  await seek(page, 200);
  await untilTime(page, 202);
  expect(requests.findLast(isSegment)).toContain(token);
  await page.close();
});
