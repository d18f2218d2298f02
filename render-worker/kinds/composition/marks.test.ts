/** The audio of a quiz as viewers get it, decoded: ticks and ding at their marks, and its loudness. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CompositionSettings } from "@reelay/contracts";
import { builtInTemplates, hashTemplate, loadTemplate, planScenes, planTimeline } from "@reelay/templates";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";

const RATE = 48_000;
const FRAME_RATE = 30;
const FRAME_MS = 1_000 / FRAME_RATE;
const SIZE = { width: 640, height: 360 };
const AUDIO_TOLERANCE_MS = 20;

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  folder = await temporaryDirectory();
  worker = await startWorker();
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

/** Renders the quiz, and returns the playlist of its audio. */
async function watch(voice: CompositionSettings["voice"]) {
  const path = join(folder.path, "data.json");
  await writeFile(path, JSON.stringify(data));
  const sha256 = await hashTemplate((await builtInTemplates()).get("quiz-classic") ?? "");
  const composition: CompositionSettings = {
    ...{ version: 1, template: { name: "quiz-classic", version: 1, sha256 } },
    ...{ ...SIZE, frameRate: FRAME_RATE, language: "en", voice },
  };
  const end = await worker.end(await worker.request(path, { kind: "COMPOSITION", composition }));
  expect(end).not.toHaveProperty("error");
  return worker.store.path(end.result.audio?.playlist?.key ?? "");
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
async function marksOf(): Promise<Record<"timer" | "reveal", number>[]> {
  const template = await loadTemplate((await builtInTemplates()).get("quiz-classic") ?? "");
  const { scenes } = planTimeline(planScenes(template, data), {}, FRAME_RATE);
  return scenes.map(({ startFrame, marks }) => {
    const at = (name: string) =>
      startFrame * FRAME_MS + (marks.find(({ mark }) => mark === name)?.startMs ?? Number.NaN);
    return { timer: at("timer"), reveal: at("reveal") };
  });
}

test("ticks and ding are at their marks in the decoded stream, to 20 ms", async () => {
  const sound = await watch(null);
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
  const sound = await watch({ name: null, rate: 1 });
  const meter = ["-af", "ebur128=peak=true:framelog=verbose", "-f", "s16le"];
  const { log } = await decode(sound, meter);
  const last = (pattern: RegExp) => Number([...log.matchAll(pattern)].at(-1)?.[1]);
  expect(Math.abs(last(/ I:\s+(-?[\d.]+) LUFS/g) + 16)).toBeLessThanOrEqual(1);
  expect(last(/ Peak:\s+(-?[\d.]+) dBFS/g)).toBeLessThanOrEqual(-0.5);
}, 120_000);
