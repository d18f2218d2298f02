/**
 * What viewers read: captions that were given to a video, shown by hls.js in a real Chromium at their time.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, startChromium, whyNoChromium as where } from "../kit/chromium.ts";
import { type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const hlsJs = fileURLToPath(import.meta.resolve("hls.js/dist/hls.min.js"));

let held: AsyncDisposableStack;
let system: System;
let context: BrowserContext;
let pageUrl: string;

beforeAll(async () => {
  if (hasNoChromium) return;
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem());
  const server = stack.use(
    createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>Front end</title><video muted playsinline width=640></video>");
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  pageUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  ({ context } = stack.use(await startChromium()));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

const setCaptions = `mutation($input: SetCaptionsInput!) { setCaptions(input: $input) {
  __typename ... on CaptionTrack { id language label url cues isDefault } ... on Error { code message } } }`;
const captionsOf = `query($id: ID!) { video(id: $id) { captions { language label kind isDefault url } } }`;

const srt = `1
00:00:01,500 --> 00:00:03,000
Guten <i>Tag</i>

2
00:00:04,000 --> 00:00:05,500
Auf Wiedersehen
`;

/** Runs in the page. */
function play(url: string): void {
  // oxlint-disable-next-line typescript/no-explicit-any -- this function's world is the page's, which has no types here
  const window = globalThis as any;
  const video = window.document.querySelector("video");
  // A page that gets no processor time for as long as a caption lasts does not see it in the first round.
  video.loop = true;
  const hls = new window.Hls();
  const shown: { text: string; from: number; at: number }[] = [];
  Object.assign(window, { hls, shown, fatal: [] });
  hls.on("hlsError", (_: string, data: { fatal: boolean; details: string }) => {
    if (data.fatal) window.fatal.push(data.details);
  });
  hls.on("hlsManifestParsed", () => video.play());
  const look = () => {
    for (const track of video.textTracks) {
      for (const cue of track.mode === "showing" ? (track.activeCues ?? []) : []) {
        if (shown.some(({ text }) => text === cue.text)) continue;
        shown.push({ text: cue.text, from: cue.startTime, at: video.currentTime });
      }
    }
    window.requestAnimationFrame(look);
  };
  look();
  hls.loadSource(url);
  hls.attachMedia(video);
}

browserTest(
  `hls.js shows captions at their time, and the default ones without a selection${where}`,
  async () => {
    const path = await makeTestClip(join(system.directory, "spoken.mp4"), { seconds: 8 });
    const id = await system.client.upload(path);
    const give = async (input: object) =>
      (await system.client.ask(setCaptions, { input: { videoId: id, ...input } })).data.setCaptions;
    const german = await give({ language: "de", content: srt, isDefault: true });
    expect(german).toMatchObject({ __typename: "CaptionTrack", language: "de", label: "Deutsch", cues: 2 });
    const vtt = "WEBVTT\n\n00:00.500 --> 00:07.000\nGood day\n";
    await give({ language: "en", content: vtt, kind: "CAPTIONS" });
    await system.client.watch(id);
    const { captions } = (await system.client.ask(captionsOf, { id })).data.video;
    expect(captions.map(({ label, kind }: Record<string, string>) => [label, kind])).toEqual([
      ["Deutsch", "SUBTITLES"],
      ["English (CC)", "CAPTIONS"],
    ]);
    const file = await fetch(german.url);
    expect(file.headers.get("content-type")).toMatch(/^text\/vtt/);
    expect(file.headers.get("cache-control")).toContain("immutable");

    const { playback } = await system.client.video(id);
    const page = await context.newPage();
    await page.goto(pageUrl);
    await page.addScriptTag({ path: hlsJs });
    await page.evaluate(play, playback.hlsUrl);
    const look = () =>
      page.evaluate(() => {
        // oxlint-disable-next-line typescript/no-explicit-any -- as above
        const { hls, shown, fatal } = globalThis as any;
        const names = hls.subtitleTracks.map(({ name }: { name: string }) => name);
        return { names, shown, fatal };
      });
    await expect.poll(async () => (await look()).shown.length, { timeout: 60_000, interval: 200 }).toBe(2);
    const { names, shown, fatal } = await look();
    expect(fatal).toEqual([]);
    expect(names).toEqual(["Deutsch", "English (CC)"]);
    // Exact to the frame: the stream's first frame and the captions' clock both start at 0.
    expect(new Map(shown.map(({ text, from }: { text: string; from: number }) => [text, from]))).toEqual(
      new Map([
        ["Guten <i>Tag</i>", expect.closeTo(1.5, 2)],
        ["Auf Wiedersehen", expect.closeTo(4, 2)],
      ]),
    );

    await page.evaluate(() => {
      // oxlint-disable-next-line typescript/no-explicit-any -- as above
      const { hls, shown, document } = globalThis as any;
      shown.length = 0;
      hls.subtitleTrack = 1;
      document.querySelector("video").currentTime = 2;
      document.querySelector("video").play();
    });
    await expect
      .poll(async () => (await look()).shown[0]?.text, { timeout: 60_000, interval: 200 })
      .toBe("Good day");
    await page.close();
  },
);
