/**
 * Where a video plays without a line of anybody's code: its own page, a frame of another page, and a plain
 * page with the player of the API.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildConsole } from "../kit/build-console.ts";
import { hasNoChromium, startChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const patience = { timeout: 90_000, interval: 200 };

let held: AsyncDisposableStack;
let system: System;
let context: BrowserContext;
/** Of another origin than the API. */
let siteUrl: string;
let html = "";
let id: string;
/** Violations of the Content-Security-Policy among it. */
const complaints: string[] = [];

beforeAll(async () => {
  if (hasNoChromium) return;
  await using stack = new AsyncDisposableStack();
  await buildConsole();
  system = stack.use(await startSystem());
  const site = stack.use(
    createServer((_, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(`<!doctype html><html lang="en"><title>Front end</title>${html}`);
    }),
  );
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  ({ context } = stack.use(await startChromium()));
  context.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  id = await system.client.upload(
    await makeTestClip(join(system.directory, "watched.mp4"), { seconds: 6, size: "640x360" }),
  );
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

const read = (page: Page, selector: string, name: string, frame?: string) =>
  (frame === undefined ? page : page.frameLocator(frame))
    .locator(selector)
    .evaluate((element, key) => Reflect.get(element, key) as unknown, name);

async function expectPlays(page: Page, frame?: string): Promise<void> {
  await expect
    .poll(async () => {
      const [time, ...rest] = await Promise.all([
        read(page, "video", "currentTime", frame),
        ...["paused", "seeking", "readyState", "networkState"].map((name) =>
          read(page, "video", name, frame),
        ),
        read(page, "reelay-player", "state", frame),
      ]);
      // The report of a wait that timed out shows what was seen last.
      return Number(time) > 2 || JSON.stringify([time, ...rest]);
    }, patience)
    .toBe(true);
  await expect
    .poll(() => read(page, "reelay-player", "state", frame), patience)
    .toMatchObject({ status: "READY" });
  expect(await read(page, "video", "videoWidth", frame)).toBeGreaterThan(0);
}

browserTest(`the video's own page plays it automatically${where}`, async () => {
  const page = await context.newPage();
  await page.goto(`${system.api.url}/watch/${encodeURIComponent(id)}`);
  await expectPlays(page);
  await takePicture(page, "watch");
  // The player reports playback metrics when the viewer leaves.
  await page.goto("about:blank");
  await expect.poll(system.scrape, patience).toMatch(/^reelay_playback_first_frame_seconds_count [1-9]/m);
  expect(complaints).toEqual([]);
  await page.close();
});

browserTest(`an iframe on another page plays the video, and the player fills it${where}`, async () => {
  html = `<iframe src="${system.api.url}/embed/${id}?autoplay&muted" width="640" height="360" allow="autoplay; fullscreen"></iframe>`;
  const page = await context.newPage();
  await page.goto(siteUrl);
  await expectPlays(page, "iframe");
  const size = await page.frameLocator("iframe").locator("reelay-player").boundingBox();
  expect([size?.width, size?.height]).toEqual([640, 360]);
  await takePicture(page, "embed");
  expect(complaints).toEqual([]);
  await page.close();
});

browserTest(`a plain page of another origin plays the video with two lines of HTML${where}`, async () => {
  html = `<script type="module" src="${system.api.url}/player.js"></script>
    <reelay-player video-id="${id}" api="${system.api.url}" autoplay muted></reelay-player>`;
  const page = await context.newPage();
  await page.goto(siteUrl);
  await expectPlays(page);
  await page.close();
});

browserTest(`the page of a video that does not exist shows that${where}`, async () => {
  const page = await context.newPage();
  const none = Buffer.from("Video:01890000-0000-7000-8000-000000000001").toString("base64url");
  const answer = await page.goto(`${system.api.url}/watch/${none}`);
  expect(answer?.status()).toBe(404);
  await page.getByText("There is no video at this address").waitFor();
  await takePicture(page, "watch-missing");
  await page.close();
});
