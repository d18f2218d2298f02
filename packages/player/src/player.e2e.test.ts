/** The element in a real Chromium: a long stream, keyboard, captions, events. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  hasNoChromium,
  startChromium,
  takePicture,
  whyNoChromium as where,
} from "../../../tests/kit/chromium.ts";
import { captions, makeLongStream } from "../../testing/long-stream.ts";
import { bundle, serveFiles } from "../../testing/site.ts";
import type { ReelayPlayer } from "./index.ts";

const browserTest = test.skipIf(hasNoChromium);
const MINUTES = 30;
/** A segment of 4 s is loaded or released as a whole; so is the current one. */
const SLACK_S = 8;

let held: AsyncDisposableStack;
let context: BrowserContext;
let url: string;
/** The received beacons. */
let body = "";

beforeAll(async () => {
  if (hasNoChromium) return;
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-player-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  await makeLongStream(folder, MINUTES);
  const script = await bundle({ file: join(import.meta.dirname, "index.ts") });
  const texts: Record<string, () => string> = {
    "": () =>
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Player</title><script type="module" src="player.js"></script><body>${body}`,
    "player.js": () => script,
    "captions.vtt": () => captions(60),
  };
  const server = stack.use(
    await serveFiles((path) => {
      const text = texts[path];
      if (text) return text();
      try {
        return readFileSync(join(folder, path));
      } catch {
        return undefined;
      }
    }),
  );
  ({ url } = server);
  ({ context } = stack.use(await startChromium()));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

async function open(html: string, from = context): Promise<Page> {
  body = html;
  const page = await from.newPage();
  await page.goto(url);
  await page.waitForFunction(() => customElements.get("reelay-player") !== undefined);
  return page;
}

const player = (page: Page) => page.locator("reelay-player");
/** Runs in the page with the inner video element. */
const media = <TResult>(page: Page, use: (video: HTMLVideoElement) => TResult) =>
  page.locator("reelay-player video").evaluate(use as (element: SVGElement | HTMLElement) => TResult);
const time = (page: Page) => media(page, (video) => video.currentTime);
/** The first position that was played. */
async function playedFrom(page: Page): Promise<number> {
  await expect.poll(() => media(page, ({ played }) => played.length), { timeout: 60_000 }).toBeGreaterThan(0);
  return await media(page, ({ played }) => played.start(0));
}
const untilTime = (page: Page, seconds: number) =>
  expect.poll(() => time(page), { timeout: 60_000, interval: 100 }).toBeGreaterThan(seconds);

interface BufferRecord {
  /** Largest amounts within one period, in seconds. */
  ahead: number;
  behind: number;
  /** Most media time between two samples, in seconds. */
  stepS: number;
  samples: number;
  /** False from a seek until both amounts are within their limits. */
  isSettled: boolean;
}

/**
 * Samples `video.buffered` ten times a second from now on. A seek within the buffer turns data
 * behind into data ahead and vice versa: samples count once both are within their limits again.
 */
async function recordBuffer(page: Page, limits: { ahead: number; behind: number }) {
  await page.evaluate((to) => Object.assign(window, { limits: to }), limits);
  await media(page, (video) => {
    const most: BufferRecord = { ahead: 0, behind: 0, stepS: 0, samples: 0, isSettled: false };
    const { limits } = window as unknown as { limits: { ahead: number; behind: number } };
    Object.assign(window, { most });
    let last = video.currentTime;
    const unsettle = () => {
      most.isSettled = false;
      last = video.currentTime;
    };
    video.addEventListener("seeking", unsettle);
    setInterval(() => {
      const { buffered, currentTime } = video;
      // The event comes later.
      if (video.seeking) unsettle();
      const step = currentTime - last;
      last = currentTime;
      for (let index = 0; index < buffered.length; index += 1) {
        const [ahead, behind] = [buffered.end(index) - currentTime, currentTime - buffered.start(index)];
        if (ahead < 0 || behind < 0) continue;
        most.isSettled ||= ahead <= limits.ahead && behind <= limits.behind;
        if (!most.isSettled) continue;
        most.ahead = Math.max(most.ahead, ahead);
        most.behind = Math.max(most.behind, behind);
        most.stepS = Math.max(most.stepS, step);
        most.samples += 1;
      }
    }, 100);
  });
  return () => page.evaluate(() => (window as unknown as { most: BufferRecord }).most);
}

const bufferedTotal = (page: Page) =>
  media(page, ({ buffered }) => {
    let total = 0;
    for (let index = 0; index < buffered.length; index += 1)
      total += buffered.end(index) - buffered.start(index);
    return total;
  });

/** Seconds to seek to, and indexes of qualities to switch to. */
interface Wandering {
  places: readonly number[];
  levels: readonly number[];
}

async function watchLong(page: Page, aheadS: number, { places, levels }: Wandering) {
  await untilTime(page, 1);
  const limits = { ahead: aheadS + SLACK_S, behind: 30 + SLACK_S };
  const most = await recordBuffer(page, limits);
  const settle = async () => {
    await expect.poll(async () => (await most()).isSettled, { timeout: 90_000 }).toBe(true);
    await expect
      .poll(() => bufferedTotal(page), { timeout: 90_000 })
      .toBeLessThanOrEqual(30 + aheadS + 2 * SLACK_S);
  };
  // The forward buffer fills.
  await expect.poll(() => bufferedTotal(page), { timeout: 60_000 }).toBeGreaterThan(aheadS - SLACK_S);
  // More than the back buffer is played.
  await media(page, (video) => {
    video.playbackRate = 8;
  });
  await untilTime(page, 70);
  for (const place of places) {
    await player(page).evaluate((element, to) => {
      const video = (element as ReelayPlayer).media;
      if (video) video.currentTime = to;
    }, place);
    await untilTime(page, place + 8);
    await settle();
  }
  for (const level of levels) {
    const before = await time(page);
    await player(page).evaluate((element, index) => {
      const video = (element as ReelayPlayer).media as HTMLVideoElement & {
        videoRenditions: { selectedIndex: number };
      };
      video.videoRenditions.selectedIndex = index;
    }, level);
    await untilTime(page, before + 16);
    await settle();
  }
  const seen = await most();
  console.log(`buffered at most, of ${aheadS} s ahead: ${JSON.stringify(seen)}`);
  expect(seen.ahead).toBeLessThanOrEqual(limits.ahead);
  // Playback continues while the page gets no processor time, and releases nothing meanwhile.
  expect(seen.behind).toBeLessThanOrEqual(limits.behind + 8 * 2 + 2 * seen.stepS);
  expect(seen.samples).toBeGreaterThan(50);
}

browserTest(
  `a stream of 30 minutes keeps 30 s behind and 120 s ahead on a desktop, over seeks and switches${where}`,
  async () => {
    const page = await open(`<reelay-player src="master.m3u8" autoplay muted no-resume></reelay-player>`);
    expect(await playedFrom(page)).toBeLessThan(5);
    await watchLong(page, 120, { places: [900, 300, 890, 905], levels: [2, 0] });
    expect(await media(page, (video) => Math.round(video.duration))).toBe(MINUTES * 60);
    await page.close();
  },
);

browserTest(`a phone keeps 60 s ahead${where}`, async () => {
  await using phone = await startChromium({ isMobile: true });
  const page = await open(
    `<reelay-player src="master.m3u8" autoplay muted no-resume></reelay-player>`,
    phone.context,
  );
  await watchLong(page, 60, { places: [900], levels: [2] });
});

browserTest(`keys play, seek, mute and show captions${where}`, async () => {
  const page = await open(
    `<reelay-player src="master.m3u8" muted no-resume style="width: 640px">
       <track kind="captions" src="captions.vtt" srclang="en" label="English"></reelay-player>`,
  );
  await expect.poll(() => media(page, (video) => video.readyState), { timeout: 90_000 }).toBeGreaterThan(1);
  await page.keyboard.press("Tab");
  await page.keyboard.press("k");
  await untilTime(page, 0.5);
  await page.keyboard.press("k");
  await expect.poll(() => media(page, (video) => video.paused)).toBe(true);
  const before = await time(page);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => time(page)).toBeGreaterThan(before + 9);
  await page.keyboard.press("m");
  await expect.poll(() => media(page, (video) => video.muted)).toBe(false);
  await page.keyboard.press("c");
  await expect
    .poll(() => media(page, (video) => [...video.textTracks].find(({ kind }) => kind === "captions")?.mode))
    .toBe("showing");
  await takePicture(page, "captions");
  await page.close();
});

browserTest(
  `a late answer about a quality that still grows does not keep the video from ending${where}`,
  async () => {
    const page = await open(
      `<reelay-player src="master.m3u8" autoplay muted no-resume style="width: 640px"></reelay-player>`,
    );
    await untilTime(page, 1);
    const loaded = await page.evaluate(() =>
      performance.getEntriesByType("resource").map(({ name }) => name),
    );
    const isLoaded = (index: number) => loaded.some((name) => name.endsWith(`/q${index}.m3u8`));
    const [late, current] = [[0, 1, 2].find((index) => !isLoaded(index)), [0, 1, 2].findLast(isLoaded)];
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await page.route(`**/q${late}.m3u8`, async (route) => {
      asked.resolve();
      await released.promise;
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        body: (await answer.text()).replace("#EXT-X-ENDLIST", "").replace("#EXT-X-PLAYLIST-TYPE:VOD\n", ""),
      });
    });
    const choose = (index = -1) =>
      player(page).evaluate((element, to) => {
        const video = (element as ReelayPlayer).media as HTMLVideoElement & {
          videoRenditions: { selectedIndex: number };
        };
        video.videoRenditions.selectedIndex = to;
      }, index);
    await choose(late);
    await asked.promise;
    await choose(current);
    const answered = page.waitForResponse(`**/q${late}.m3u8`);
    released.resolve();
    await answered;
    await media(page, (video) => {
      video.currentTime = video.duration - 4;
    });
    await expect.poll(() => media(page, ({ ended }) => ended), { timeout: 60_000 }).toBe(true);
    await page.close();
  },
);

browserTest(
  `the quality menu lists the available qualities, and the chosen one is shown${where}`,
  async () => {
    const page = await open(
      `<reelay-player src="master.m3u8" autoplay muted no-resume style="width: 640px"></reelay-player>`,
    );
    await player(page).evaluate((element) => {
      const seen: unknown[] = [];
      Object.assign(window, { seen });
      element.addEventListener("reelay-switch", (event) => seen.push((event as CustomEvent).detail));
    });
    await untilTime(page, 1);
    await page.locator("reelay-player").hover();
    const items = page.locator("media-rendition-menu media-chrome-menu-item");
    for (const height of [72, 144]) {
      await page.locator("media-rendition-menu-button").click();
      await expect
        .poll(async () => (await items.allTextContents()).map((text) => text.trim().replace(/ \(.*/, "")))
        .toEqual(["144p", "90p", "72p", "Auto"]);
      if (height === 72) await takePicture(page, "qualities");
      await items
        .filter({ hasText: `${height}p` })
        .first()
        .click();
      await expect.poll(() => media(page, (video) => video.videoHeight), { timeout: 90_000 }).toBe(height);
    }
    const last = () =>
      page.evaluate(() =>
        (window as unknown as { seen: { to: { height: number }; isChosen: boolean }[] }).seen.at(-1),
      );
    await expect.poll(last).toMatchObject({ to: { height: 144 }, isChosen: true });
    await page.close();
  },
);

browserTest(`a returning viewer resumes at the last position, unless no-resume is set${where}`, async () => {
  const html = (attribute: string) =>
    `<reelay-player src="master.m3u8" autoplay muted ${attribute}></reelay-player>`;
  const page = await open(html(""));
  await untilTime(page, 0.5);
  await media(page, (video) => {
    video.currentTime = 600;
  });
  await untilTime(page, 601);
  await media(page, (video) => video.pause());
  await page.close();
  const again = await open(html(""));
  await untilTime(again, 600);
  const resumedAt = await playedFrom(again);
  expect(resumedAt).toBeGreaterThan(595);
  expect(resumedAt).toBeLessThan(620);
  await again.close();
  const restarted = await open(html("no-resume"));
  expect(await playedFrom(restarted)).toBeLessThan(5);
  await restarted.close();
});

browserTest(`the player reports and posts its first frame, its buffering and its end${where}`, async () => {
  const page = await context.newPage();
  const posted: string[] = [];
  await page.route("**/qoe", (route) => {
    posted.push(route.request().postData() ?? "");
    return route.fulfill({ status: 204 });
  });
  body = `<reelay-player src="master.m3u8" autoplay muted no-resume qoe-url="/qoe"></reelay-player>`;
  await page.goto(url);
  await untilTime(page, 6);
  await page.evaluate(() => document.querySelector("reelay-player")?.remove());
  await expect.poll(() => posted.length).toBeGreaterThan(0);
  const { session, video, events } = JSON.parse(posted[0] ?? "{}");
  expect([typeof session, video]).toEqual(["string", "master.m3u8"]);
  const names = events.map(({ name }: { name: string }) => name);
  expect(names).toEqual(
    expect.arrayContaining(["reelay-qualities", "reelay-first-frame", "reelay-switch", "reelay-buffer"]),
  );
  const first = events.find(({ name }: { name: string }) => name === "reelay-first-frame");
  expect(first.detail.sinceLoadMs).toBeGreaterThan(0);
  await page.close();
});
