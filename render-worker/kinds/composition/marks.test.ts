/** A quiz as viewers get it, decoded: timer bar, reveal, ticks and ding at their marks, and its loudness. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CompositionSettings } from "@reelay/contracts";
import { builtInTemplates, loadTemplate, planScenes, planTimeline } from "@reelay/templates";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInTemplate } from "../../testing/built-in-template.ts";
import { joinParts, shownAt } from "../../testing/join-parts.ts";
import { startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";

const RATE = 48_000;
const FRAME_RATE = 30;
const FRAME_MS = 1_000 / FRAME_RATE;
const SIZE = { width: 640, height: 360 };
const AUDIO_TOLERANCE_MS = 20;
/** Of the timer bar, which moves by 6 pixels per frame: 1590 of the template's 1920. */
const BAR_PX = (1590 * SIZE.width) / 1920;
const LIT = 100;

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  folder = await temporaryDirectory();
  worker = await startWorker({ slots: 2 });
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const data = {
  ...{ timerSeconds: 3, speakOptions: false, language: "en" },
  questions: ["Which planet is the largest of all?", "Which planet is the smallest?"].map((question) => ({
    question,
    options: ["Jupiter", "Mercury", "Mars", "Earth"],
    answerIndex: 1,
  })),
};

/** Renders the quiz. */
async function render(voice: CompositionSettings["voice"]) {
  const path = join(folder.path, "data.json");
  await writeFile(path, JSON.stringify(data));
  const composition: CompositionSettings = {
    ...{ version: 1, template: await builtInTemplate("quiz-classic") },
    ...{ ...SIZE, frameRate: FRAME_RATE, language: "en", voice },
  };
  const end = await worker.end(await worker.request(path, { kind: "COMPOSITION", composition }));
  expect(end).not.toHaveProperty("error");
  return end.result;
}

/** Renders the quiz, and returns the playlist of its audio. */
const hear = async (voice: CompositionSettings["voice"]): Promise<string> =>
  worker.store.path((await render(voice)).audio?.playlist?.key ?? "");

/** Renders the quiz, and returns the playlists of its pictures, by rendition. */
async function watch(name: string): Promise<Map<string, string>> {
  const { parts = [] } = await render(null);
  const playlists = new Map<string, string>();
  for (const [rendition, own] of Map.groupBy(parts, (part) => part.rendition)) {
    const inOrder = own.toSorted((a, b) => a.startMs - b.startMs);
    playlists.set(rendition, await joinParts(worker.store, inOrder, `${name}-${rendition}`));
  }
  return playlists;
}

async function decode(playlist: string, args: string[]): Promise<{ bytes: Buffer; log: string }> {
  const { ffmpeg } = await testTools();
  const to = join(folder.path, "decoded.raw");
  const input = ["-hide_banner", "-nostats", "-xerror", "-allowed_extensions", "ALL", "-i", playlist];
  const { code, stderr } = await runTool(ffmpeg.path, ["-y", ...input, ...args, to], { timeoutMs: 60_000 });
  expect([code, stderr.slice(-500)]).toEqual([0, expect.any(String)]);
  return { bytes: await readFile(to), log: stderr };
}

/** Marks of each question in ms of the video: with the voice NONE they follow from the texts alone. */
async function marksOf(): Promise<Record<"timer" | "timerLasts" | "reveal", number>[]> {
  const template = await loadTemplate((await builtInTemplates()).get("quiz-classic") ?? "");
  const { scenes } = planTimeline(planScenes(template, data), {}, FRAME_RATE);
  return scenes.map(({ startFrame, marks }) => {
    const at = (name: string) =>
      startFrame * FRAME_MS + (marks.find(({ mark }) => mark === name)?.startMs ?? Number.NaN);
    return { timer: at("timer"), timerLasts: data.timerSeconds * 1_000, reveal: at("reveal") };
  });
}

test("ticks and ding are at their marks in the decoded stream, to 20 ms", async () => {
  const sound = await hear(null);
  const marks = await marksOf();
  expect(marks).toHaveLength(2);

  const samples = (await decode(sound, ["-ac", "1", "-ar", String(RATE), "-f", "s16le"])).bytes;
  const loudest = (fromMs: number, toMs: number): number => {
    let most = 0;
    for (let at = Math.round((fromMs * RATE) / 1_000); at < Math.round((toMs * RATE) / 1_000); at += 1)
      most = Math.max(most, Math.abs(samples.readInt16LE(Math.min(samples.length - 2, at * 2))));
    return most;
  };
  const onsetNear = (ms: number): number => {
    const threshold = loudest(ms, ms + 300) / 8;
    let at = Math.round(((ms - 250) * RATE) / 1_000);
    while (Math.abs(samples.readInt16LE(at * 2)) < threshold) at += 1;
    return (at * 1_000) / RATE;
  };
  for (const { timer, reveal } of marks) {
    const expected = [timer, timer + 1_000, timer + 2_000, reveal];
    for (const ms of expected) {
      expect(loudest(ms, ms + 300)).toBeGreaterThan(1_000);
      expect(Math.abs(onsetNear(ms) - ms)).toBeLessThanOrEqual(AUDIO_TOLERANCE_MS);
    }
    expect(loudest(timer - 400, timer - 30)).toBeLessThan(200);
  }
}, 120_000);

test("a spoken quiz has -16 LUFS, as viewers hear it, and no peak above -1 dBTP", async () => {
  const sound = await hear({ name: null, rate: 1 });
  const meter = ["-af", "ebur128=peak=true:framelog=verbose", "-f", "s16le"];
  const { log } = await decode(sound, meter);
  const last = (pattern: RegExp) => Number([...log.matchAll(pattern)].at(-1)?.[1]);
  expect(Math.abs(last(/ I:\s+(-?[\d.]+) LUFS/g) + 16)).toBeLessThanOrEqual(1);
  expect(last(/ Peak:\s+(-?[\d.]+) dBFS/g)).toBeLessThanOrEqual(-0.5);
}, 120_000);

test("the timer bar and the reveal are at their marks in the decoded stream, to one frame, and two renders at a time show the same frames", async () => {
  const [first, second] = await Promise.all([watch("first"), watch("second")]);
  const times = new Map<string, number[]>();
  for (const [rendition, playlist] of first) {
    times.set(rendition, await shownAt(playlist));
    expect(await shownAt(second.get(rendition) ?? "")).toEqual(times.get(rendition));
  }
  const shown = times.get("360p") ?? [];
  const pixels = ["-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo"];
  const { bytes } = await decode(first.get("360p") ?? "", pixels);
  const frameBytes = SIZE.width * SIZE.height;
  expect(bytes.length).toBe(shown.length * frameBytes);
  const pictureAt = (ms: number): Buffer => {
    const index = shown.findLastIndex((seconds) => seconds * 1_000 <= ms + 1);
    return bytes.subarray(index * frameBytes, (index + 1) * frameBytes);
  };
  for (const { timer, timerLasts, reveal } of await marksOf()) {
    const bar = findBar(pictureAt(timer - FRAME_MS), pictureAt(timer + timerLasts - FRAME_MS));
    for (let elapsed = 0; elapsed < timerLasts - 100; elapsed += FRAME_MS) {
      const drained = bar.right - bar.endIn(pictureAt(timer + elapsed));
      expect(Math.abs((drained / BAR_PX) * timerLasts - elapsed)).toBeLessThanOrEqual(FRAME_MS * 1.4);
    }
    const options = (ms: number) => pictureAt(ms).subarray(Math.round(SIZE.height * 0.6) * SIZE.width);
    const before = options(reveal - 100);
    let changed = reveal - 100;
    while (changed < reveal + 1_000 && meanDifference(before, options(changed)) < 2) changed += FRAME_MS / 4;
    expect(Math.abs(changed - reveal)).toBeLessThanOrEqual(FRAME_MS * 1.25);
  }
}, 180_000);

/** The row of pixels that goes dark from one picture to another, and where its lit part ends. */
function findBar(full: Buffer, empty: Buffer) {
  const isDrained = (at: number) => (full[at] ?? 0) > LIT && (empty[at] ?? 0) < LIT;
  const columns = Array.from({ length: SIZE.width }, (_, column) => column);
  const drainedIn = (row: number) => columns.filter((column) => isDrained(row * SIZE.width + column));
  const rows = Array.from({ length: SIZE.height }, (_, row) => drainedIn(row));
  const row = rows.reduce((most, one, index) => (one.length > (rows[most]?.length ?? 0) ? index : most), 0);
  const lit = rows[row] ?? [];
  const [left, right] = [lit[0] ?? 0, lit.at(-1) ?? 0];
  expect(right - left).toBeGreaterThan(BAR_PX * 0.9);
  return {
    right,
    endIn: (picture: Buffer) =>
      columns.findLast((column) => column <= right && (picture[row * SIZE.width + column] ?? 0) > LIT) ??
      left,
  };
}

const meanDifference = (a: Buffer, b: Buffer): number =>
  a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
