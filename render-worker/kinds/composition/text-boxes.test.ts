/** Texts of all scripts in the decoded stream of a quiz: inside of their boxes, to their last character. */
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CheckedSource, CompositionSettings } from "@reelay/contracts";
import { builtInTemplates, loadTemplate, planScenes, planTimeline } from "@reelay/templates";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInTemplate } from "../../testing/built-in-template.ts";
import { joinParts } from "../../testing/join-parts.ts";
import { defaultProfile, startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";

const FRAME_RATE = 2;
/** Steps of brightness, of 256: what an encoder changes around a text is less. */
const INK = 48;
/** Pixels by which its blocks blur the edge of a text. */
const MARGIN = 3;

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

/** A sentence that is repeated, and an answer. */
const languages: Readonly<Record<string, readonly [string, string]>> = {
  en: [
    "Which of the giant planets was found by calculation before anyone had seen it? ",
    "Jupiter, gyrating quickly ",
  ],
  de: [
    "Übergroße Äquatorgürtel fügen sich östlich längs der Küstenstraße zusammen? ",
    "Öffentliche Größenordnung ",
  ],
  ru: [
    "Какая из планет-гигантов была сначала вычислена, а потом уже обнаружена? ",
    "Быстрый Юпитер щёлкает ",
  ],
  ar: ["ما هو الكوكب العملاق الذي اكتُشف بالحساب قبل أن يراه أحد من الناس؟ ", "المشتري الكبير جدًا "],
  he: ["איזה מכוכבי הלכת הענקיים התגלה בחישוב עוד לפני שמישהו ראה אותו? ", "צדק הגדול מאוד "],
  ja: ["太陽系で一番大きい惑星の名前は、次の四つのうちどれでしょうか?", "木星とその衛星たち"],
  zh: ["太阳系中最大的行星是下面四个选项中的哪一颗呢?", "木星和它的卫星们"],
  ko: ["태양계에서 가장 큰 행성은 다음 네 가지 중에서 어느 것입니까? ", "목성과 그 위성들 "],
  emoji: ["Which 🪐 is a 👩‍🚀 pilot's 🏳️‍🌈 favourite 🇩🇪 flag? ", "🚀 A rocket 👨‍👩‍👧 "],
};

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const boxAt = (left: number, top: number, width: number, height: number): Box => ({
  ...{ left, top, right: left + width, bottom: top + height },
});

/** The right option is drawn larger. */
const ENLARGED = 1.03;
function enlarged(text: Box, option: Box): Box {
  const [x, y] = [(option.left + option.right) / 2, (option.top + option.bottom) / 2];
  return {
    left: x + (text.left - x) * ENLARGED,
    right: x + (text.right - x) * ENLARGED,
    top: y + (text.top - y) * ENLARGED,
    bottom: y + (text.bottom - y) * ENLARGED,
  };
}

interface Layout {
  width: number;
  height: number;
  question: Box;
  explanation: Box;
  /** Boxes of the options' texts, of which the answer's is enlarged. */
  options: (isRightToLeft: boolean) => Box[];
}

const ANSWER = 1;

/** In pixels of the style sheets. */
const layouts: Readonly<Record<string, Layout>> = {
  "quiz-classic": {
    ...{ width: 1920, height: 1080 },
    question: boxAt(140, 146, 1640, 320),
    explanation: boxAt(210, 484, 1500, 100),
    options: (isRightToLeft) =>
      [0, 1, 2, 3].map((index) => {
        const column = isRightToLeft ? 1 - (index % 2) : index % 2;
        const option = boxAt(100 + 880 * column, 626 + 208 * Math.floor(index / 2), 840, 176);
        const text = boxAt(option.left + (isRightToLeft ? 70 : 170), option.top + 13, 600, 150);
        return index === ANSWER ? enlarged(text, option) : text;
      }),
  },
  "quiz-shorts": {
    ...{ width: 1080, height: 1920 },
    question: boxAt(100, 249, 880, 350),
    explanation: boxAt(100, 624, 880, 130),
    options: (isRightToLeft) =>
      [0, 1, 2, 3].map((index) => {
        const option = boxAt(100, 784 + 192 * index, 880, 164);
        const text = boxAt(option.left + (isRightToLeft ? 44 : 166), option.top + 9, 670, 146);
        return index === ANSWER ? enlarged(text, option) : text;
      }),
  },
};

interface Question {
  question: string;
  options: string[];
  answerIndex: number;
  explanation: string;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const cut = (text: string, length: number): string => {
  let taken = "";
  for (const { segment } of graphemes.segment(text)) {
    if (taken.length + segment.length > length) break;
    taken += segment;
  }
  return taken.trim();
};
const withoutLast = (text: string): string => cut(text, text.length - 1);

/** With texts of these shares of their most characters. */
function questionOf([sentence, answer]: readonly [string, string], share: number): Question {
  const long = (text: string, most: number) => cut(text.repeat(20), Math.max(2, Math.floor(most * share)));
  return {
    question: long(sentence, 300),
    // Different options are the rule.
    options: ["", "a ", "b ", "c "].map((before) => long(`${before}${answer}`, 120)),
    answerIndex: ANSWER,
    explanation: long(sentence, 200),
  };
}

const shorter = ({ question, options, explanation, ...rest }: Question): Question => ({
  ...rest,
  question: withoutLast(question),
  options: options.map(withoutLast),
  explanation: withoutLast(explanation),
});

const settingsOf = async (
  template: string,
  size: { width: number; height: number },
): Promise<CompositionSettings> => ({
  version: 1,
  template: await builtInTemplate(template),
  ...{ ...size, frameRate: FRAME_RATE, language: "en", voice: null },
});

const SHARES = [1, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];

/** For each language the longest texts that a check lets pass. */
async function findLimits(settings: CompositionSettings): Promise<Map<string, Question>> {
  const limits = new Map<string, Question>();
  for (const [language, texts] of Object.entries(languages)) {
    const candidates = SHARES.map((share) => questionOf(texts, share));
    const checkId = randomUUID();
    await worker.messaging.control({
      ...{ type: "source.check-requested.v1", checkId, kind: "COMPOSITION", hasRows: true, settings },
      ...{ script: JSON.stringify(candidates.map((one) => ({ timerSeconds: 1, questions: [one] }))) },
      requestedAt: new Date().toISOString(),
    });
    const report = worker.messaging.published.find((one) => "checkId" in one && one.checkId === checkId);
    const { rows = [] } = (report as { checked: CheckedSource }).checked;
    const fitting = rows.filter(({ issues }) => issues.length === 0).map(({ index }) => index);
    const longest = candidates[Math.min(...fitting)];
    if (longest !== undefined) limits.set(language, longest);
  }
  return limits;
}

/** The brightness of each scene at its end, as the stream has it. */
async function watch(settings: CompositionSettings, questions: readonly Question[]): Promise<Buffer[]> {
  const data = { timerSeconds: 1, speakOptions: false, questions };
  const path = join(folder.path, "data.json");
  await writeFile(path, JSON.stringify(data));
  const { width, height, frameRate } = settings;
  const rung = {
    name: "whole",
    height: Math.min(width, height),
    tier: "CRITICAL",
    codec: "H264",
    bitrateBps: 6_000_000,
  } as const;
  const profile = { ...defaultProfile, name: "one", rungs: [rung] };
  const end = await worker.end(
    await worker.request(path, { kind: "COMPOSITION", composition: settings, profile }),
  );
  expect(end).not.toHaveProperty("error");
  const parts = (end.result.parts ?? []).filter(({ rendition }) => rendition === rung.name);
  const playlist = await joinParts(
    worker.store,
    parts.toSorted((one, other) => one.startMs - other.startMs),
    `boxes-${settings.template.name}`,
  );
  const template = await loadTemplate((await builtInTemplates()).get(settings.template.name) ?? "");
  const { scenes } = planTimeline(planScenes(template, data), {}, frameRate);
  // Not the very last one, which a filter may leave out at the end of the stream.
  const last = scenes.map(({ startFrame, frames }) => startFrame + frames - 2);
  // Pictures that do not change are one frame of the stream.
  const select = `fps=${frameRate}:start_time=0,select=${last.map((frame) => `eq(n\\,${frame})`).join("+")}`;
  const raw = join(folder.path, "frames.raw");
  const { ffmpeg } = await testTools();
  const output = ["-vf", select, "-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo"];
  const input = ["-v", "error", "-xerror", "-y", "-allowed_extensions", "ALL", "-i", playlist];
  const decoded = await runTool(ffmpeg.path, [...input, ...output, raw], { timeoutMs: 120_000 });
  expect(decoded).toMatchObject({ code: 0, stderr: "" });
  const bytes = await readFile(raw);
  const size = width * height;
  expect(bytes.length).toBe(size * scenes.length);
  return scenes.map((_, index) => bytes.subarray(index * size, (index + 1) * size));
}

const reference = (text: string): Question => ({
  ...{ question: text, options: ["", "", "", ""].map(() => text), answerIndex: ANSWER, explanation: text },
});
const isRightToLeft = (language: string): boolean => language === "ar" || language === "he";

test.each(Object.entries(layouts))(
  "texts of every script in %s, short or as long as they may be, are whole and inside of their boxes in the stream",
  async (template, { width, height, question, explanation, options }) => {
    const size = { width: (width * 2) / 3, height: (height * 2) / 3 };
    const settings = await settingsOf(template, size);
    const limits = await findLimits(settings);
    expect([...limits.keys()]).toEqual(Object.keys(languages));
    // Nearly empty scenes, beside which all else is text.
    const shown = [reference("."), reference("י")];
    const cases = Object.entries(languages).flatMap(([language, texts]) => {
      const long = limits.get(language) ?? reference("");
      return [questionOf(texts, 0.15), long, shorter(long)].map((one) => ({
        language,
        at: shown.push(one) - 1,
      }));
    });
    const frames = await watch(settings, shown);
    const scale = size.width / width;
    const inkOf = (at: number, beside: number): { x: number; y: number }[] => {
      const [frame, other] = [frames[at] ?? Buffer.of(), frames[beside] ?? Buffer.of()];
      const found: { x: number; y: number }[] = [];
      for (let index = 0; index < frame.length; index += 1)
        if (Math.abs((frame[index] ?? 0) - (other[index] ?? 0)) > INK)
          found.push({ x: index % size.width, y: Math.floor(index / size.width) });
      return found;
    };
    const isIn = ({ x, y }: { x: number; y: number }, { left, top, right, bottom }: Box): boolean =>
      x >= left * scale - MARGIN &&
      x < right * scale + MARGIN &&
      y >= top * scale - MARGIN &&
      y < bottom * scale + MARGIN;
    for (const { language, at } of cases) {
      const boxes = [question, explanation, ...options(isRightToLeft(language))];
      const ink = inkOf(at, isRightToLeft(language) ? 1 : 0);
      const outside = ink.filter((pixel) => !boxes.some((box) => isIn(pixel, box)));
      expect([language, shown[at]?.question, outside.slice(0, 5)]).toEqual([
        language,
        shown[at]?.question,
        [],
      ]);
      const counts = boxes.map((box) => ink.filter((pixel) => isIn(pixel, box)).length);
      expect([language, counts.filter((count) => count < 100)]).toEqual([language, []]);
    }
    // The last character of each text is visible: without it, the picture is another one.
    for (const [index, { language, at }] of cases.entries()) {
      if (index % 3 !== 1) continue;
      const boxes = [question, explanation, ...options(isRightToLeft(language))];
      const lost = inkOf(at, at + 1);
      const unchanged = boxes.filter((box) => !lost.some((pixel) => isIn(pixel, box)));
      expect([language, unchanged]).toEqual([language, []]);
    }
  },
  300_000,
);
