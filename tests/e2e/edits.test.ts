/**
 * A quiz that is edited question by question: what did not change keeps its segments and its frames, and real
 * players cross the seams.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PartSegment } from "@reelay/contracts";
import { readFragments, readTrackClock } from "@reelay/media-container";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "../../src/inputs/global-id.ts";
import { hasNoChromium, startChromium } from "../kit/chromium.ts";
import { readDecodedFrames } from "../kit/decoded-frames.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { withoutTimes } from "../kit/without-times.ts";

const players = {
  hls: fileURLToPath(import.meta.resolve("hls.js/dist/hls.min.js")),
  dash: fileURLToPath(import.meta.resolve("shaka-player/dist/shaka-player.compiled.js")),
};
const patience = { timeoutMs: 180_000 };
const RENDITION = "144p";

let held: AsyncDisposableStack;
let system: System;
let context: BrowserContext | undefined;
let pageUrl: string;

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem());
  const site = stack.use(
    createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>Front end</title><video muted playsinline></video>");
    }),
  );
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  pageUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  if (!hasNoChromium) ({ context } = stack.use(await startChromium()));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

const source = (texts: readonly string[]) => ({
  template: {
    ...{ template: "quiz-classic", height: 144, frameRate: 10 },
    data: {
      ...{ timerSeconds: 1, speakOptions: false },
      questions: texts.map((text) => ({
        question: text,
        options: ["Jupiter", "Saturn", "Neptune", "Earth"],
        answerIndex: 0,
        explanation: "It is larger than all of the other planets together.",
      })),
    },
  },
});

async function create(texts: readonly string[]): Promise<string> {
  const input = { title: "Planets", source: source(texts) };
  const { data } = await system.client.ask(documents.createVideo, { input });
  return data.createVideo.id;
}

async function untilReady(id: string): Promise<void> {
  expect((await system.client.watch(id)).at(-1)).toMatchObject({ status: "READY", error: null });
}

async function edit(id: string, texts: readonly string[], number: number): Promise<void> {
  const { data } = await system.client.ask(
    `mutation ($input: UpdateVideoSourceInput!) { updateVideoSource(input: $input) { __typename
      ... on Error { code message } } }`,
    { input: { videoId: id, source: source(texts) } },
  );
  expect(data.updateVideoSource).toEqual({ __typename: "Video" });
  const where = { videoId_number: { videoId: keyOf("Video", id) ?? "", number } };
  const ended = await eventually(
    async () => {
      const edition = await system.db.edition.findUniqueOrThrow({ where });
      return edition.status !== "RENDERING" && edition;
    },
    `edition ${number} is rendered`,
    patience,
  );
  expect(ended).toMatchObject({ status: "PUBLISHED", error: null });
}

interface Scene {
  isCopied: boolean;
  /** Digests of the segments without their time fields. */
  segments: string[];
  /** Times in the scene and digests of the decoded frames. */
  frames: string[];
}

/** What a video shows, by the text of each scene's question. ffmpeg and the times have no fault. */
async function scenesOf(id: string, texts: readonly string[]): Promise<Map<string, Scene>> {
  const videoId = keyOf("Video", id) ?? "";
  const parts = await system.db.part.findMany({
    where: { videoId, rendition: RENDITION },
    orderBy: { startMs: "asc" },
  });
  expect(parts).toHaveLength(texts.length);
  const frames = await readFrames(videoId);
  const { durationMs } = await system.db.video.findUniqueOrThrow({ where: { id: videoId } });
  let endOfLast = 0;
  const scenes = new Map<string, Scene>();
  for (const [index, { startMs, endMs, initKey, segments }] of parts.entries()) {
    expect(startMs).toBe(index === 0 ? 0 : (parts[index - 1]?.endMs ?? -1));
    const keys = PartSegment.array()
      .parse(segments)
      .map(({ key }) => key);
    const bytes = await Promise.all(keys.map((key) => readFile(join(system.storeDirectory, key))));
    const within = frames.filter(({ atMs }) => atMs >= startMs && atMs < (endMs ?? Infinity));
    const { timeScale } = readTrackClock(await readFile(join(system.storeDirectory, initKey))) ?? {
      timeScale: 1,
    };
    let samples = 0;
    for (const fragment of bytes.flatMap((segment) => readFragments(segment) ?? [])) {
      // Neither a gap nor an overlap.
      expect(fragment.decodedAt / timeScale).toBeCloseTo(endOfLast, 3);
      endOfLast += fragment.samples.reduce((sum, { duration }) => sum + duration, 0) / timeScale;
      samples += fragment.samples.length;
    }
    // Neither lost nor doubled: as many as the segments have samples.
    expect(within).toHaveLength(samples);
    scenes.set(texts[index] ?? "", {
      isCopied: initKey.includes("-copy-"),
      segments: bytes.map((segment) => createHash("sha256").update(withoutTimes(segment)).digest("hex")),
      frames: within.map(({ atMs, hash }) => `${atMs - startMs} ${hash}`),
    });
  }
  expect(endOfLast * 1_000).toBeCloseTo(durationMs ?? 0, 0);
  return scenes;
}

/** The decoded frames of the published variant, one after the other. */
async function readFrames(videoId: string): Promise<{ atMs: number; hash: string }[]> {
  const master = join(system.storeDirectory, `videos/${videoId}/manifest/master.m3u8`);
  const lines = (await readFile(master, "utf8")).split("\n");
  const playlist = join(
    master,
    "..",
    lines.find((line) => line.endsWith("index.m3u8") && !line.startsWith("#")) ?? "",
  );
  return await readDecodedFrames(playlist);
}

async function open(kind: keyof typeof players, id: string, isShort = false): Promise<Page | null> {
  if (context === undefined) return null;
  const { data } = await system.client.ask(
    "query ($id: ID!) { video(id: $id) { playback { hlsUrl dashUrl } } }",
    { id },
  );
  const { hlsUrl, dashUrl } = data.video.playback;
  const page = await context.newPage();
  await page.goto(pageUrl);
  await page.addScriptTag({ path: players[kind] });
  const seconds = isShort ? 4 : 600;
  if (kind === "hls") await page.evaluate(startHls, { url: hlsUrl, seconds });
  else await page.evaluate(startDash, { url: dashUrl, seconds });
  return page;
}

/** Runs in the page. */
function startHls({ url, seconds }: { url: string; seconds: number }): void {
  // oxlint-disable-next-line typescript/no-explicit-any -- this function's world is the page's, which has no types here
  const window = globalThis as any;
  window.faults = [];
  const lengths = { maxBufferLength: seconds, maxMaxBufferLength: seconds, backBufferLength: Infinity };
  const hls = new window.Hls({ ...lengths, maxBufferSize: 1e9 });
  // Also those that the player recovers from: stalls, holes, appends that were repeated.
  hls.on("hlsError", (_: string, { details, reason }: { details: string; reason?: string }) => {
    window.faults.push(`${details} ${reason ?? ""}`);
  });
  hls.loadSource(url);
  hls.attachMedia(window.document.querySelector("video"));
}

/** Runs in the page. */
async function startDash({ url, seconds }: { url: string; seconds: number }): Promise<void> {
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const window = globalThis as any;
  window.faults = [];
  const player = new window.shaka.Player();
  await player.attach(window.document.querySelector("video"));
  player.configure({ streaming: { bufferingGoal: seconds, bufferBehind: seconds } });
  for (const type of ["error", "gapjumped"])
    player.addEventListener(type, ({ detail }: { detail: unknown }) => {
      window.faults.push(`${type} ${JSON.stringify(detail)}`);
    });
  await player.load(url);
}

interface Look {
  faults: string[];
  ended: boolean;
  time: number;
  duration: number;
  buffered: [number, number][];
  error: string | null;
}

const look = (page: Page): Promise<Look> =>
  page.evaluate(() => {
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    const window = globalThis as any;
    const video = window.document.querySelector("video");
    const { buffered } = video;
    return {
      ...{ faults: window.faults, ended: video.ended, time: video.currentTime, duration: video.duration },
      buffered: Array.from({ length: buffered.length }, (_, at) => [buffered.start(at), buffered.end(at)]),
      error: video.error?.message ?? null,
    };
  });

const setVideo = (page: Page, rate: number) =>
  page.evaluate((playbackRate) => {
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    const video = (globalThis as any).document.querySelector("video");
    video.playbackRate = playbackRate;
    if (playbackRate > 0) video.play();
  }, rate);

async function untilPage(page: Page, isThere: (seen: Look) => boolean, what: string): Promise<Look> {
  const seen = await eventually(
    async () => {
      const now = await look(page);
      if (now.faults.length > 0 || now.error !== null || isThere(now)) return now;
      throw new Error(JSON.stringify(now));
    },
    what,
    patience,
  );
  expect([what, seen.faults, seen.error]).toEqual([what, [], null]);
  return seen;
}

const FAST = 4;
/** Of the audio, whose frames last 21 ms, and of what players leave out at both ends. */
const TOLERANCE_S = 0.15;

/** Loads all of the video in one range, then plays it over all seams to its end. */
async function playThrough(kind: keyof typeof players, id: string): Promise<void> {
  const page = await open(kind, id);
  if (page === null) return;
  const isLoaded = ({ buffered: [range, ...others], duration }: Look) =>
    others.length === 0 && range !== undefined && range[0] < TOLERANCE_S && range[1] > duration - TOLERANCE_S;
  const { duration } = await untilPage(page, isLoaded, `${kind} has all of it in one range`);
  const video = await system.db.video.findUniqueOrThrow({ where: { id: keyOf("Video", id) ?? "" } });
  expect(Math.abs(duration - (video.durationMs ?? 0) / 1_000)).toBeLessThan(TOLERANCE_S);
  await setVideo(page, FAST);
  await untilPage(page, ({ ended }) => ended, `${kind} plays to the end`);
  await page.close();
}

const playEverywhere = async (id: string): Promise<void> => {
  await playThrough("hls", id);
  await playThrough("dash", id);
};

test("a question that changes, grows, moves, goes or comes leaves the others as they are, for all players", async () => {
  const [one, two, three, four] = ["Is it one?", "Is it two?", "Is it three?", "Is it four?"] as const;
  const changed = "Is it ten?";
  const longer = "Is it ten, or is it a number that was never thought of before by anybody at all?";
  const edits: [what: string, texts: string[], drawn: string[]][] = [
    ["its text changes", [one, changed, three, four], [changed]],
    ["it gets longer", [one, longer, three, four], [longer]],
    ["two change places", [one, longer, four, three], []],
    ["one is removed", [one, four, three], []],
    ["one is added", [one, four, "Is it five?", three], ["Is it five?"]],
  ];
  const first = [one, two, three, four];
  const id = await create(first);
  await untilReady(id);
  let before = await scenesOf(id, first);
  expect([...before.values()].map(({ isCopied }) => isCopied)).toEqual([false, false, false, false]);

  // A viewer who stops in the middle of the old edition, with little of it loaded.
  const viewer = await open("hls", id, true);
  if (viewer) {
    await setVideo(viewer, 1);
    await untilPage(viewer, ({ time }) => time > 2, "a viewer is in the middle");
    await setVideo(viewer, 0);
  }
  for (const [index, [what, texts, drawn]] of edits.entries()) {
    await edit(id, texts, index + 2);
    const after = await scenesOf(id, texts);
    const isDrawn = texts.filter((text) => after.get(text)?.isCopied === false);
    expect([what, isDrawn]).toEqual([what, drawn]);
    for (const text of texts.filter((each) => !drawn.includes(each))) {
      expect([what, text, after.get(text)?.segments]).toEqual([what, text, before.get(text)?.segments]);
      expect([what, text, after.get(text)?.frames]).toEqual([what, text, before.get(text)?.frames]);
    }
    await playEverywhere(id);
    before = after;
    if (viewer && index === 0) {
      await setVideo(viewer, FAST);
      await untilPage(viewer, ({ ended }) => ended, "the viewer sees the old edition to its end");
      await viewer.close();
    }
  }
}, 550_000);

test("a video that is deleted while another one copies it is missed by none", async () => {
  const texts = ["Is it red?", "Is it green?", "Is it blue?", "Is it grey?"];
  const origin = await create(texts);
  await untilReady(origin);
  const before = await scenesOf(origin, texts);
  const others = texts.with(1, "Is it a colour?");
  const id = await create(others);
  const folder = join(system.storeDirectory, `videos/${keyOf("Video", id)}`);
  await eventually(
    async () => {
      const names = await readdir(folder, { recursive: true }).catch(() => []);
      return names.some((name) => name.includes("-copy-"));
    },
    "a chunk is being copied",
    { ...patience, intervalMs: 5 },
  );
  await rm(join(system.storeDirectory, `videos/${keyOf("Video", origin)}`), { recursive: true, force: true });
  await system.client.ask("mutation ($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", {
    id: origin,
  });
  await untilReady(id);
  const after = await scenesOf(id, others);
  for (const [text, { isCopied, segments, frames }] of after) {
    const timesOf = (scene: readonly string[] = []) => scene.map((frame) => frame.split(" ")[0]);
    const old = before.get(text);
    if (old === undefined) continue;
    expect(timesOf(frames)).toEqual(timesOf(old.frames));
    if (isCopied) expect({ segments, frames }).toEqual({ segments: old.segments, frames: old.frames });
  }
  await playEverywhere(id);
}, 300_000);
