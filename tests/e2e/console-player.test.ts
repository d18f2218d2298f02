/** The player in the console: under the console's own security policy, with everything that other pages get. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const patience = { timeout: 60_000, interval: 100 };
let kit: ConsoleKit;
let id: string;

const setCaptions = `mutation ($input: SetCaptionsInput!) { setCaptions(input: $input) { __typename ... on Error { message } } }`;

beforeAll(async () => {
  if (hasNoChromium) return;
  kit = await startConsole();
  const file = await makeTestClip(join(kit.system.directory, "clip.mp4"), { seconds: 24 });
  id = await kit.system.client.upload(file, { title: "clip" });
  const content = "WEBVTT\n\n00:00.000 --> 00:24.000\nGood day\n";
  const input = { videoId: id, language: "en", content };
  const { data } = await kit.system.client.ask(setCaptions, { input });
  expect(data.setCaptions.__typename).toBe("CaptionTrack");
  await kit.system.client.watch(id);
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const player = (page: Page) => page.locator("reelay-player");
const media = <Result>(page: Page, run: (video: HTMLVideoElement) => Result): Promise<Result> =>
  page.locator("reelay-player video").evaluate<Result, HTMLVideoElement>(run as never);
const time = (page: Page) => media(page, ({ currentTime }) => currentTime);

async function openVideo(): Promise<Page> {
  const page = await kit.open(`/videos/${id}`);
  await player(page).waitFor();
  await expect.poll(() => media(page, ({ readyState }) => readyState), patience).toBeGreaterThan(0);
  await media(page, (video) => {
    video.muted = true;
  });
  return page;
}

browserTest(`a quality is chosen, captions are shown, the seek bar has pictures${where}`, async () => {
  const page = await openVideo();
  await player(page).getByRole("button", { name: "play", exact: true }).click();
  await expect.poll(() => time(page), patience).toBeGreaterThan(0.5);
  await player(page).hover();
  await page.locator("media-rendition-menu-button").click();
  const qualities = page.locator("media-rendition-menu media-chrome-menu-item");
  // The source as it is plays beside the variant of its height.
  const heights = async () => [
    ...new Set((await qualities.allTextContents()).map((text) => /\d+p|Auto/.exec(text)?.[0])),
  ];
  await expect.poll(heights, patience).toEqual(["360p", "240p", "144p", "Auto"]);
  await qualities.filter({ hasText: "144p" }).click();
  await expect.poll(() => media(page, ({ videoHeight }) => videoHeight), patience).toBe(144);

  await page.locator("media-controller").focus();
  await page.keyboard.press("c");
  await expect
    .poll(
      () =>
        media(page, (video) =>
          [...video.textTracks]
            .filter(({ mode }) => mode === "showing")
            .flatMap(({ activeCues }) => [...(activeCues ?? [])].map((cue) => (cue as VTTCue).text)),
        ),
      patience,
    )
    .toContain("Good day");

  const box = await page.locator("media-time-range").boundingBox();
  await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
  const picture = page.locator("media-preview-thumbnail img");
  await expect
    .poll(() => picture.evaluate((image) => Number(Reflect.get(image, "naturalWidth"))), patience)
    .toBeGreaterThan(0);
  await page.close();
});

browserTest(
  `keys play, pause and seek; a viewer who comes back goes on where he stopped${where}`,
  async () => {
    const page = await openVideo();
    await page.locator("media-controller").focus();
    await page.keyboard.press("k");
    await expect.poll(() => media(page, ({ paused }) => paused), patience).toBe(false);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => time(page), patience).toBeGreaterThan(10);
    await page.keyboard.press("k");
    await expect.poll(() => media(page, ({ paused }) => paused), patience).toBe(true);
    const left = await time(page);
    await page.reload();
    await player(page).waitFor();
    await expect.poll(() => time(page), patience).toBeGreaterThan(left - 1);
    // The console's own shortcuts stay out of it: "k" did not leave the page.
    expect(new URL(page.url()).pathname).toContain("/videos/");
    await page.close();
  },
);

browserTest(`no page broke its own security policy or complained${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
