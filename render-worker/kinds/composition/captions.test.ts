/** Captions of spoken videos, against what an independent forced aligner hears in their streams. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CompositionSettings, objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNoJail } from "../../jail/no-jail.ts";
import { ToolNotFoundError } from "../../media/ffmpeg/index.ts";
import { findPiper } from "../../speech/piper/find-piper.ts";
import { alignWords } from "../../testing/aligner/index.ts";
import { builtInTemplate } from "../../testing/built-in-template.ts";
import { startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";

const TOLERANCE_MS = 150;

/**
 * `npm run painters` installs Piper, and what installs the aligner. Required in CI, elsewhere skipped without
 * it.
 */
const piper = await findPiper(createNoJail()).catch((error: unknown) => {
  if (process.env["CI"] === "true" || !(error instanceof ToolNotFoundError)) throw error;
  return null;
});
const piperVoice = piper?.voices[0]?.id ?? null;

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  folder = await temporaryDirectory();
  worker = await startWorker({ speech: { engine: null } });
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Abbreviations, numbers, letters, short answers, and sentences that are too long for one caption. */
const questions = [
  {
    question: "Which planet is a giant with rings, and was seen by the first people who had a telescope?",
    options: ["Jupiter", "Saturn", "Mercury", "Our moon"],
    answerIndex: 1,
    explanation: "Dr. Smith says: it is larger than 42 of its moons together. Is it heavy? Yes.",
  },
  {
    question:
      "When the first people walked on the moon in the summer of 1969, how many viewers watched them live?",
    options: ["A million", "Ten millions", "Hundreds of millions", "No one"],
    answerIndex: 2,
    explanation: "Water boils at 100 degrees, and ice melts at 0.",
  },
];
const quiz = {
  template: "quiz-classic",
  data: { timerSeconds: 2, speakOptions: true, language: "en", questions },
};
/** The same texts, without the ticks and dings of a quiz, under which the aligner hears some voices badly. */
const slides = {
  template: "slideshow",
  data: {
    language: "en",
    slides: questions.flatMap(({ question, options, explanation }) => [
      { text: question },
      ...options.map((text) => ({ text: `${text}.` })),
      { text: explanation },
    ]),
  },
};

/** What is said for words that are not in a dictionary. */
const readings: Readonly<Record<string, string>> = {
  ...{ "1969": "nineteen sixty nine", "100": "one hundred", "42": "forty two", "0": "zero", dr: "doctor" },
};

/** Renders a video. Returns its captions, and a file with the decoded samples of its stream. */
async function watch(
  { template, data }: { template: string; data: object },
  voice: CompositionSettings["voice"],
): Promise<{ vtt: string; samples: string }> {
  const path = join(folder.path, "data.json");
  await writeFile(path, JSON.stringify(data));
  const composition: CompositionSettings = {
    ...{ version: 1, template: await builtInTemplate(template) },
    ...{ width: 256, height: 144, frameRate: 10, language: "en", voice },
  };
  const task = await worker.request(path, { kind: "COMPOSITION", composition });
  const end = await worker.end(task);
  expect(end).not.toHaveProperty("error");
  const { audio, captions } = end.result;
  expect(captions?.key).toBe(objectKeys.attemptCaptions(task.videoId, end.attemptId));
  const samples = join(folder.path, "samples.raw");
  const { ffmpeg } = await testTools();
  const input = ["-allowed_extensions", "ALL", "-i", worker.store.path(audio?.playlist?.key ?? "")];
  const decoded = ["-ac", "1", "-ar", "16000", "-f", "s16le", samples];
  const ended = await runTool(ffmpeg.path, ["-v", "error", "-xerror", "-y", ...input, ...decoded], {
    timeoutMs: 60_000,
  });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return { vtt: await readFile(worker.store.path(captions?.key ?? ""), "utf8"), samples };
}

const CUE = /^(\d+):(\d+):([\d.]+) --> (\d+):(\d+):([\d.]+)\n((?:.+\n?)+)/gm;

/** Cues with the words that are said for each word. */
const readCues = (vtt: string) =>
  Array.from(vtt.matchAll(CUE), ([, h = "", m = "", s = "", endH = "", endM = "", endS = "", text = ""]) => ({
    startMs: (Number(h) * 3600 + Number(m) * 60 + Number(s)) * 1000,
    endMs: (Number(endH) * 3600 + Number(endM) * 60 + Number(endS)) * 1000,
    text: text.trim(),
    words: text
      .toLowerCase()
      .split(/\s+/)
      .map((word) => word.replaceAll(/[^\w']/g, ""))
      .filter((word) => word !== "")
      .map((word) => (readings[word] ?? word).split(" ")),
  }));

describe
  .runIf(piper !== null)
  .each([
    ["Flite in a quiz", quiz, { name: "slt", rate: 1 }],
    ["Flite in a quiz, fast", quiz, { name: "slt", rate: 1.4 }],
    ["Piper in a quiz", quiz, { name: piperVoice, rate: 1 }],
    ...["slt", "rms", "awb", "kal"].flatMap((name) =>
      [0.8, 1, 1.4].map((rate) => [`Flite's ${name} at ${rate}`, slides, { name, rate }] as const),
    ),
  ] as const)(
  "captions of %s (skipped without `npm run painters`)",
  (_name, video, voice) => {
    test("begin within 150 ms of their first words, and last until their last ones", async () => {
      const { vtt, samples } = await watch(video, voice);
      const cues = readCues(vtt);
      const shown = cues.map(({ text }) => text.replaceAll("\n", " ")).join(" ");
      for (const { question, explanation } of questions) {
        expect(shown).toContain(question);
        expect(shown).toContain(explanation);
      }
      const heard = await alignWords(
        samples,
        cues.flatMap(({ words }) => words),
      );
      let at = 0;
      const compared = cues.map(({ text, startMs, endMs, words }) => {
        const [first, last] = [heard[at], heard[at + words.length - 1]];
        at += words.length;
        return {
          text,
          early: (first?.startMs ?? Number.NaN) - startMs,
          cut: (last?.endMs ?? Number.NaN) - endMs,
        };
      });
      expect(cues.length).toBeGreaterThan(12);
      expect(compared.filter(({ early }) => !(Math.abs(early) <= TOLERANCE_MS))).toEqual([]);
      expect(compared.filter(({ cut }) => !(cut <= TOLERANCE_MS))).toEqual([]);
    });
  },
  120_000,
);
