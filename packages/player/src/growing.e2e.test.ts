/** The element on the real system: a video that plays while it is being processed. */
import { join } from "node:path";
import { createClient } from "@reelay/client";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  hasNoChromium,
  startChromium,
  takePicture,
  whyNoChromium as where,
} from "../../../tests/kit/chromium.ts";
import { type System, startSystem } from "../../../tests/kit/index.ts";
import { makeTestClip } from "../../../tests/kit/test-clip.ts";
import { bundle, serveFiles } from "../../testing/site.ts";

const browserTest = test.skipIf(hasNoChromium);

let held: AsyncDisposableStack;
let system: System;
let context: BrowserContext;
let pageUrl: string;
let html = "";
let script = "";

beforeAll(async () => {
  if (hasNoChromium) return;
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem());
  script = await bundle({
    text: `export { createClient } from "@reelay/client"; import "@reelay/player"; import { createClient } from "@reelay/client"; window.createClient = createClient;`,
    folder: import.meta.dirname,
  });
  const server = stack.use(
    await serveFiles((path) =>
      path === "player.js"
        ? script
        : `<!doctype html><html lang="en"><meta charset="utf-8"><title>Front end</title><body>${html}<script type="module" src="/player.js"></script>`,
    ),
  );
  pageUrl = server.url;
  ({ context } = stack.use(await startChromium()));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

async function open(body: string): Promise<Page> {
  html = body;
  const page = await context.newPage();
  await page.goto(pageUrl);
  return page;
}

const badge = (page: Page) => page.locator("reelay-player .badge");
const look = (page: Page) =>
  page.locator("reelay-player video").evaluate((element) => {
    const video = element as unknown as HTMLVideoElement;
    return {
      time: video.currentTime,
      ended: video.ended,
      width: video.videoWidth,
      error: video.error?.message,
    };
  });

/** Records the element's events. */
const record = (page: Page) =>
  page.evaluate(() => {
    const told: { name: string; detail: unknown }[] = [];
    Object.assign(window, { told });
    for (const name of ["status", "first-frame", "stall", "switch", "qualities", "error"]) {
      addEventListener(`reelay-${name}`, (event) =>
        told.push({ name, detail: (event as CustomEvent).detail }),
      );
    }
  });
const told = (page: Page) =>
  page.evaluate(
    () => (window as unknown as { told: { name: string; detail: Record<string, unknown> }[] }).told,
  );

browserTest(
  `a video plays from start to end while it is being processed, and the player shows that${where}`,
  async () => {
    const path = await makeTestClip(join(system.directory, "growing.mp4"), {
      seconds: 16,
      size: "1280x720",
      isStreamable: false,
    });
    const id = await system.client.upload(path);
    await system.client.watch(id, ({ status }) => status === "PLAYABLE" || status === "READY");
    const { playback } = await system.client.video(id);
    const page = await context.newPage();
    html = `<reelay-player src="${playback.hlsUrl}" muted style="width: 640px"></reelay-player>`;
    await page.goto(pageUrl);
    await record(page);
    await expect.poll(() => badge(page).textContent(), { timeout: 90_000 }).toMatch(/^Processing \d+%$/);
    await page
      .locator("reelay-player video")
      .evaluate((video) => (video as unknown as HTMLVideoElement).play());
    await expect.poll(async () => (await look(page)).time, { timeout: 60_000 }).toBeGreaterThan(1);
    await takePicture(page, "growing");
    const ended = () => Promise.all([look(page), told(page)]);
    await expect
      .poll(ended, { timeout: 120_000, interval: 200 })
      .toMatchObject([{ ended: true }, expect.anything()]);
    const end = await look(page);
    expect(end).toMatchObject({ error: undefined });
    expect(end.time).toBeGreaterThan(15.5);
    await expect.poll(() => badge(page).textContent(), { timeout: 90_000 }).toBe("");
    const names = (await told(page)).map(({ name }) => name);
    expect(names).toContain("first-frame");
    expect((await told(page)).filter(({ detail }) => detail["isFatal"])).toEqual([]);

    // A preview picture above the seek bar.
    const { data } = await system.client.ask(
      `query($id: ID!) { video(id: $id) { playback { storyboardUrl } } }`,
      { id },
    );
    await page
      .locator("reelay-player")
      .evaluate((element, url) => element.setAttribute("storyboard", url), data.video.playback.storyboardUrl);
    await page.locator("reelay-player").hover();
    const range = page.locator("reelay-player media-time-range");
    await expect
      .poll(
        async () => {
          await range.hover({ position: { x: 200, y: 5 } });
          return range.getAttribute("mediapreviewimage");
        },
        { timeout: 60_000 },
      )
      .toMatch(/\.jpg/);
    const preview = page.locator("reelay-player media-preview-thumbnail");
    await expect.poll(() => preview.isVisible()).toBe(true);
    await takePicture(page, "storyboard");
    await page.close();
  },
);

browserTest(
  `with a client, the player waits for a video that is not available yet and starts automatically${where}`,
  async () => {
    const path = await makeTestClip(join(system.directory, "waiting.mp4"), { seconds: 6 });
    const { id, uploadUrl } = await system.client.createUpload(path);
    const page = await open(`<reelay-player video-id="${id}" muted autoplay></reelay-player>`);
    await page.waitForFunction(() => "createClient" in window);
    await page.evaluate(
      ([url, apiKey]) => {
        const player = document.querySelector("reelay-player");
        const create = (window as unknown as { createClient: typeof createClient }).createClient;
        if (player) player.client = create({ url: url ?? "", apiKey: apiKey ?? "" });
      },
      [system.api.url, system.client.token],
    );
    await expect.poll(() => badge(page).textContent()).toBe("Waiting for the upload");
    const { upload } = await import("@reelay/upload");
    const { openAsBlob } = await import("node:fs");
    await upload(await openAsBlob(path), { url: uploadUrl, protocol: "TUS" }).done;
    await expect.poll(async () => (await look(page)).time, { timeout: 60_000 }).toBeGreaterThan(3);
    await page.close();
  },
);

browserTest(`the player shows why a video failed${where}`, async () => {
  const { data } = await system.client.ask(
    `mutation { createVideo(input: { title: "Gone", source: { url: { url: "http://127.0.0.1:1/a.mp4" } } }) { ... on Video { id } } }`,
  );
  const job = `query($id: ID!) { video(id: $id) { status } }`;
  expect((await system.client.ask(job, { id: data.createVideo.id })).data.video.status).toBe("PROCESSING");
  const page = await open("");
  const states = {
    status: "FAILED",
    progress: 0,
    error: { code: "SOURCE_EMPTY", message: "The file is empty." },
  };
  await page.route("**/status.json", (route) => route.fulfill({ json: states }));
  await page.evaluate(() => {
    document.body.innerHTML = `<reelay-player status-src="/status.json"></reelay-player>`;
  });
  await expect
    .poll(() => badge(page).textContent())
    .toBe("This video could not be processed. The file is empty.");
  await expect
    .poll(() => page.locator("reelay-player .spoken").textContent())
    .toContain("The file is empty.");
  await page.close();
});

browserTest(
  `qualities added during playback can be chosen without restarting the video${where}`,
  async () => {
    const path = await makeTestClip(join(system.directory, "rungs.mp4"), { seconds: 20 });
    const id = await system.client.upload(path);
    await system.client.watch(id);
    const { playback } = await system.client.video(id);
    const master = await (await fetch(playback.hlsUrl)).text();
    const page = await open("");
    await record(page);
    // The first request for the master playlist returns only its smallest quality.
    let isWhole = false;
    const lines = master.split("\n");
    const second = lines.findIndex(
      (line, index) =>
        line.startsWith("#EXT-X-STREAM-INF") &&
        lines.slice(0, index).some((other) => other.startsWith("#EXT-X-STREAM-INF")),
    );
    const third = lines.slice(second + 2);
    const partial = [
      ...lines.slice(0, second),
      ...third.filter((line) => !/^#EXT-X-STREAM-INF|^\.\.\/.*index\.m3u8$|^[^#].*index\.m3u8$/.test(line)),
    ].join("\n");
    await page.route("**/master.m3u8", (route) =>
      isWhole
        ? route.continue()
        : route.fulfill({ body: partial, contentType: "application/vnd.apple.mpegurl" }),
    );
    await page.route("**/status.json", (route) =>
      route.fulfill({
        json: { status: isWhole ? "READY" : "PLAYABLE", progress: 0.5, playbackUrl: playback.hlsUrl },
      }),
    );
    await page.evaluate((src) => {
      document.body.innerHTML = `<reelay-player src="${src}" muted autoplay no-resume></reelay-player>`;
    }, playback.hlsUrl);
    await expect.poll(async () => (await look(page)).time, { timeout: 90_000 }).toBeGreaterThan(2);
    isWhole = true;
    const before = (await look(page)).time;
    // A quiet moment: the viewer pauses.
    await page
      .locator("reelay-player video")
      .evaluate((video) => (video as unknown as HTMLVideoElement).pause());
    const qualities = async () =>
      (await told(page))
        .filter(({ name }) => name === "qualities")
        .map(({ detail }) => (detail["heights"] as number[]).length);
    await expect.poll(qualities, { timeout: 90_000 }).toEqual([1, 4]);
    await page
      .locator("reelay-player video")
      .evaluate((video) => (video as unknown as HTMLVideoElement).play());
    await expect.poll(async () => (await look(page)).time, { timeout: 90_000 }).toBeGreaterThan(before + 1);
    expect((await told(page)).filter(({ detail }) => detail["isFatal"])).toEqual([]);
    await page.close();
  },
);
