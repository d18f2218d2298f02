/** What a viewer gets: a page of another origin plays the stream with hls.js in a real Chromium. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, startChromium, whyNoChromium as where } from "../kit/chromium.ts";
import { type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";
import { makeThreeTracks } from "../kit/three-tracks.ts";

const browserTest = test.skipIf(hasNoChromium);

// The full build: the light one has no audio renditions, and would play our streams without audio.
const hlsJs = fileURLToPath(import.meta.resolve("hls.js/dist/hls.min.js"));

let held: AsyncDisposableStack;
let system: System;
let context: BrowserContext;
let pageUrl: string;

beforeAll(async () => {
  if (hasNoChromium) return;
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem());
  // Its port makes it another origin than the system's, so that CORS is part of what is tried.
  const server = stack.use(createServer((_, response) => servePage(response)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  pageUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  ({ context } = stack.use(await startChromium()));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

function servePage(response: { setHeader(name: string, value: string): void; end(text: string): void }) {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><title>Front end</title><video muted playsinline></video>");
}

const clip = (name: string, seconds: number, size = "640x360") =>
  makeTestClip(join(system.directory, name), { seconds, size });

/** Opens a page that plays the stream, as the documentation of hls.js shows it. */
async function play(hlsUrl: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(pageUrl);
  await page.addScriptTag({ path: hlsJs });
  await page.evaluate(player, hlsUrl);
  return page;
}

/** Runs in the page. */
function player(url: string): void {
  // oxlint-disable-next-line typescript/no-explicit-any -- this function's world is the page's, which has no types here
  const window = globalThis as any;
  const video = window.document.querySelector("video");
  const seen = { fatal: [] as string[], levels: 0, started: -1, ended: false, steps: [] as string[] };
  window.seen = seen;
  const hls = new window.Hls();
  window.hls = hls;
  hls.on("hlsError", (_: string, data: { fatal: boolean; details: string; reason?: string }) => {
    if (data.fatal) seen.fatal.push(`${data.details} ${data.reason ?? ""}`);
  });
  hls.on("hlsManifestParsed", (_: string, data: { levels: unknown[] }) => {
    seen.levels = data.levels.length;
    video.play();
  });
  // The report of a wait that timed out shows how it came to that.
  const note = (step: string) => {
    seen.steps = [...seen.steps.slice(-39), `${video.currentTime.toFixed(1)} ${step}`];
  };
  interface Fragment {
    type: string;
    level: number;
    sn: number;
    endList?: boolean;
  }
  hls.on("hlsFragBuffered", (_: string, { frag: { type, level, sn, endList } }: { frag: Fragment }) =>
    note(`buffered ${type}/${level}/${sn}${endList ? " (last)" : ""}`),
  );
  hls.on(
    "hlsLevelUpdated",
    (_: string, { level, details }: { level: number; details: { live: boolean; endSN: number } }) =>
      note(`level ${level} ${details.live ? "grows" : "ends"} at ${details.endSN}`),
  );
  hls.on("hlsLevelSwitched", (_: string, { level }: { level: number }) => note(`shows level ${level}`));
  hls.on("hlsBufferFlushing", (_: string, range: { startOffset: number; endOffset: number; type: string }) =>
    note(`removes ${range.type} from ${range.startOffset} to ${range.endOffset}`),
  );
  hls.on("hlsBufferEos", (_: string, { type }: { type?: string }) => note(`end of ${type ?? "all"}`));
  hls.on("hlsError", (_: string, { details }: { details: string }) => note(details));
  video.addEventListener("playing", () => {
    if (seen.started < 0) seen.started = video.currentTime;
  });
  video.addEventListener("ended", () => {
    seen.ended = true;
  });
  hls.loadSource(url);
  hls.attachMedia(video);
}

interface Seen {
  fatal: string[];
  levels: number;
  audioTracks: string[];
  started: number;
  ended: boolean;
  time: number;
  width: number;
  audioBytes: number;
  /**
   * hls.js 1.7.4 does not end a stream if the playlist that it loaded last belongs to another level, which
   * still grows: it loads neither again.
   */
  isHeld: boolean;
  error: string | null;
}

const look = (page: Page): Promise<Seen> =>
  page.evaluate(() => {
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    const window = globalThis as any;
    const video = window.document.querySelector("video");
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    const rangesOf = (of: any) =>
      Array.from({ length: of?.buffered.length ?? 0 }, (_, index) => [
        of.buffered.start(index),
        of.buffered.end(index),
      ]);
    const { hls } = window;
    return {
      ...window.seen,
      isHeld:
        hls?.levels[hls.currentLevel]?.details?.live === false &&
        hls.streamController.getLevelDetails()?.live === true,
      audioTracks: window.hls?.audioTracks.map(({ name }: { name: string }) => name),
      time: video.currentTime,
      width: video.videoWidth,
      audioBytes: video.webkitAudioDecodedByteCount,
      duration: video.duration,
      readyState: video.readyState,
      buffered: rangesOf(video),
      tracks: Object.entries(window.hls?.bufferController?.tracks ?? {}).map(([type, track]) => [
        type,
        // oxlint-disable-next-line typescript/no-explicit-any -- as above
        rangesOf((track as any).buffer),
        // oxlint-disable-next-line typescript/no-explicit-any -- as above
        (track as any).ended,
      ]),
      mediaSource: window.hls?.bufferController?.mediaSource?.readyState,
      playlists: [window.hls?.levels[window.hls.currentLevel], ...(window.hls?.audioTracks ?? [])].map(
        (each) => [each?.details?.live, each?.details?.edge, each?.details?.endSN],
      ),
      states: [window.hls?.streamController?.state, window.hls?.audioStreamController?.state],
      error: video.error?.message ?? null,
    };
  });

/** Looks until the page has come so far; what went wrong there ends the waiting at once. */
async function until(page: Page, isThere: (seen: Seen) => boolean): Promise<Seen> {
  return await expect
    .poll(
      async () => {
        const seen = await look(page);
        if (seen.fatal.length > 0 || seen.error) throw new Error(JSON.stringify(seen));
        // The report of a wait that timed out shows what was seen last.
        return isThere(seen) || JSON.stringify(seen);
      },
      { timeout: 90_000, interval: 200 },
    )
    .toBe(true)
    .then(() => look(page));
}

browserTest(`a finished video plays with video and audio on a page of another origin${where}`, async () => {
  const id = await system.client.upload(await clip("finished.mp4", 8));
  await system.client.watch(id);
  const video = await system.client.video(id);
  expect(video.status).toBe("READY");

  const page = await play(video.playback.hlsUrl);
  const seen = await until(page, ({ time }) => time > 3);
  expect(seen).toMatchObject({ fatal: [], error: null, levels: 4 });
  expect(seen.width).toBeGreaterThan(0);
  expect(seen.audioBytes).toBeGreaterThan(0);
  await page.close();
});

browserTest(`viewers hear the audio track that they choose${where}`, async () => {
  const id = await system.client.upload(await makeThreeTracks(join(system.directory, "three.mp4"), 8));
  await system.client.watch(id, ({ status }) => status === "PLAYABLE" || status === "READY");
  const { playback } = await system.client.video(id);
  const page = await play(playback.hlsUrl);
  const begun = await until(page, ({ time }) => time > 1);
  expect(begun.audioTracks).toEqual(["English", "German", "Director"]);
  await page.evaluate(() => {
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    (globalThis as any).hls.audioTrack = 2;
  });
  const seen = await until(page, ({ ended }) => ended);
  expect(seen.time).toBeGreaterThan(7.9);
  expect(seen.audioBytes).toBeGreaterThan(begun.audioBytes);
  await page.close();
});

browserTest(`a video that is still being encoded plays from start to end${where}`, async () => {
  const id = await system.client.upload(await clip("growing.mp4", 16, "854x480"));
  const states = await system.client.watch(
    id,
    ({ status }) => status !== "PROCESSING" && status !== "AWAITING_SOURCE",
  );
  expect(states.at(-1).status).toBe("PLAYABLE");
  const { playback } = await system.client.video(id);

  const page = await play(playback.hlsUrl);
  const seen = await until(page, ({ ended, isHeld, time }) => ended || (isHeld && time > 15.9));
  expect(seen.fatal).toEqual([]);
  expect(seen.started).toBeLessThan(1);
  expect(seen.time).toBeGreaterThan(15.5);
  expect(seen.audioBytes).toBeGreaterThan(0);
  await page.close();
});
