/** The painter of templates from the outside: the program, in its jail. */
import { createHash } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { JailLevel } from "@reelay/contracts";
import { builtInTemplates } from "@reelay/templates";
import { expect, test } from "vitest";
import { processEnvironment } from "../env.ts";
import { createJail } from "../jail/create-jail.ts";
import type { PainterOrder, TemplateJob } from "../painting/painting.ts";
import { type PainterRecord, readRecords } from "../painting/read-records.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { findTemplatePainter } from "./find-template-painter.ts";

const GOLDENS = join(import.meta.dirname, "fixtures/template-goldens.json");
const PATH = processEnvironment["PATH"] ?? "";
const templates = await builtInTemplates();

/** Found once for each jail. */
const painters = new Map<JailLevel, ReturnType<typeof findIn>>();
async function findIn(strongest: JailLevel) {
  const jail = await createJail({ sandbox: "auto", path: PATH, folders: [tmpdir()], strongest });
  return { level: jail.level, ...(await findTemplatePainter(jail)) };
}

interface Painted {
  level: JailLevel;
  digest: string;
  records: PainterRecord[];
}

/** Runs the painter on data in a jail, small: 160 × 90 at 10 frames per second. */
async function paint(
  data: unknown,
  {
    strongest = "FULL",
    template = "quiz-classic",
    orders = [],
    ...job
  }: Partial<TemplateJob> & { strongest?: JailLevel; orders?: readonly PainterOrder[] },
): Promise<Painted> {
  await using folder = await temporaryDirectory();
  const found = painters.get(strongest) ?? findIn(strongest);
  painters.set(strongest, found);
  const { level, program, args } = await found;
  const file = join(folder.path, "data.json");
  await writeFile(file, JSON.stringify(data));
  await chmod(folder.path, 0o755);
  await chmod(file, 0o644);
  const whole: TemplateJob = {
    ...{ version: 1, mode: "DRAW", template: templates.get(template) ?? template, data: file },
    ...{ width: 160, height: 90, frameRate: 10, ...job },
  };
  const jailed = program.reading(folder.path).reading(whole.template);
  const output = Promise.withResolvers<Readable>();
  const ended = jailed.run([...args, JSON.stringify(whole)], {
    cwd: folder.path,
    limits: { memoryBytes: 2 * 1024 ** 3 },
    timeoutMs: 150_000,
    input: Readable.from(orders.map((order) => `${JSON.stringify(order)}\n`)),
    onOutput: output.resolve,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of (await output.promise) as AsyncIterable<Buffer>) chunks.push(chunk);
  const { stderr, exitCode, signal } = await ended;
  // A picture that has begun to be drawn can only be killed.
  expect(exitCode === 0 || signal === "SIGKILL", stderr).toBe(true);
  const bytes = Buffer.concat(chunks);
  const records: PainterRecord[] = [];
  for await (const record of readRecords(Readable.from([bytes])))
    records.push(record.kind === "frame" ? { ...record, pixels: Buffer.from(record.pixels) } : record);
  return { level, digest: createHash("sha256").update(bytes).digest("hex"), records };
}

const events = ({ records }: Painted) =>
  records.flatMap((record) => (record.kind === "event" ? [record.event] : []));
const framesIn = ({ records }: Painted) =>
  records.reduce((sum, record) => sum + (record.kind === "frame" ? record.repeats : 0), 0);

const quiz = {
  timerSeconds: 1,
  speakOptions: false,
  questions: [
    { id: "planet", question: "Which planet is the largest?", options: ["Mars", "Jupiter"], answerIndex: 1 },
    { question: "What is 2 + 2?", options: ["3", "4", "5", "6"], answerIndex: 1 },
  ],
};

test("a check names the spoken texts in the order of the timeline, and counts what a drawing will show", async () => {
  const checked = await paint(quiz, { mode: "CHECK" });
  expect(events(checked)).toMatchObject([
    { type: "hello", painter: "template" },
    { type: "scenes", scenes: [{ name: "Which planet is the largest?" }, { name: "What is 2 + 2?" }] },
    {
      type: "spoken",
      texts: [
        { id: "questions-planet/ask", text: "Which planet is the largest?", language: "en" },
        { id: "questions-planet/reveal", text: "Jupiter." },
        { id: "questions-1/ask", text: "What is 2 + 2?" },
        { id: "questions-1/reveal", text: "4." },
      ],
    },
    { type: "counted", animations: 2, hasAudio: false },
    { type: "done", animations: 2, frames: 0 },
  ]);
});

test("a drawing follows the lengths of the clips, is equal in every jail, and can start at a later scene", async () => {
  const clips = {
    ...{ "questions-planet/ask": 1000, "questions-planet/reveal": 500 },
    ...{ "questions-1/ask": 700, "questions-1/reveal": 600 },
  };
  const drawn = await paint(quiz, { clips });
  // ask 1,000 + 300, options 1,000, timer 1,000, reveal 1,200, hold 900; the second ask 1,200.
  expect(events(drawn)).toMatchObject([
    { type: "hello" },
    { type: "counted", frames: 107, framesOfEach: [54, 53] },
    {
      type: "sounds",
      sounds: [
        { atMs: 0, clip: "questions-planet/ask" },
        { atMs: 2300, file: "tick.wav" },
        { atMs: 3300, file: "ding.wav" },
        { atMs: 3300, clip: "questions-planet/reveal" },
        { atMs: 5400, clip: "questions-1/ask" },
        { atMs: 7600, file: "tick.wav" },
        { atMs: 8600, file: "ding.wav" },
        { atMs: 8600, clip: "questions-1/reveal" },
      ],
    },
    { type: "picture", width: 160, height: 90, frameRate: 10 },
    { type: "step", index: 0, name: "Which planet is the largest?", frames: 54 },
    { type: "step", index: 1, name: "What is 2 + 2?", frames: 53 },
    { type: "done", animations: 2, frames: 107 },
  ]);
  expect(framesIn(drawn)).toBe(107);
  const { level, digest } = await paint(quiz, { clips, strongest: "LIMITED" });
  expect(digest, `${drawn.level} and ${level}`).toBe(drawn.digest);
  const later = await paint(quiz, { clips, startAt: 1 });
  const lastFrames = (painted: Painted) =>
    painted.records
      .slice(
        painted.records.findIndex(
          (one) => one.kind === "event" && one.event.type === "step" && one.event.index === 1,
        ),
      )
      .flatMap((one) => (one.kind === "frame" ? [[one.repeats, one.pixels.toString("base64")]] : []));
  expect(lastFrames(later)).toEqual(lastFrames(drawn));
  expect(framesIn(later)).toBe(53);
});

test("scenes are announced once their texts are spoken, drawn when they are ordered, and known by what they show", async () => {
  const planet = { "questions-planet/ask": 1000, "questions-planet/reveal": 500 };
  const sum = { "questions-1/ask": 700, "questions-1/reveal": null };
  const drawn = await paint(quiz, {
    mode: "SCENES",
    orders: [
      { type: "clips", clips: planet },
      { type: "clips", clips: sum },
      { type: "draw", from: 1, to: 2 },
    ],
  });
  const announced = events(drawn);
  expect(announced.map(({ type }) => type)).toEqual([
    ...["hello", "spoken", "counted", "picture"],
    ...["sounds", "scene", "sounds", "scene", "step", "done"],
  ]);
  const scenes = announced.filter(({ type }) => type === "scene");
  expect(scenes).toMatchObject([
    { index: 0, frames: 54 },
    { index: 1, frames: 59 },
  ]);
  expect(framesIn(drawn)).toBe(59);

  // The same scene at another place, with other lengths before it.
  const questions = [{ ...quiz.questions[1], id: "1" }, { ...quiz.questions[0] }];
  const clips = { "questions-1/ask": 2_000, "questions-1/reveal": 900, ...planet };
  const moved = await paint({ ...quiz, questions }, { mode: "SCENES", orders: [{ type: "clips", clips }] });
  const keysOf = (painted: Painted) =>
    events(painted).flatMap((event) => (event.type === "scene" ? [event.key] : []));
  expect(keysOf(moved)[1]).toBe(keysOf(drawn)[0]);
  expect(keysOf(moved)[0]).not.toBe(keysOf(drawn)[1]);
});

test("invalid data is refused with its path, the expectation, the value and the remedy", async () => {
  const refused = await paint({ questions: [{ question: "?", options: ["a"], answerIdx: 0 }] }, {});
  expect(events(refused).at(-1)).toMatchObject({
    type: "failed",
    code: "DATA_INVALID",
    path: "/questions/0/answerIndex",
    message: expect.stringContaining("it is missing"),
  });
});

const languages = {
  de: ["Welche Größe hat der Äquator?", "Übergroß", "Klein", "Außen heiß"],
  ru: ["Какая планета самая большая?", "Сатурн", "Юпитер", "Земля"],
  ar: ["ما هو أكبر كوكب في المجموعة الشمسية؟", "زحل", "المشتري", "الأرض"],
  he: ["מהו כוכב הלכת הגדול ביותר?", "שבתאי", "צדק", "נגה"],
  ja: ["太陽系で一番大きい惑星はどれですか?", "土星", "木星", "地球"],
  zh: ["太阳系中最大的行星是哪一颗?", "土星", "木星", "地球"],
  ko: ["태양계에서 가장 큰 행성은 무엇입니까?", "토성", "목성", "지구"],
  emoji: ["Which one is a planet? 🪐", "🚀 A rocket", "👩‍🚀 A pilot", "🇩🇪 A flag"],
};
/** In pixels of CSS. */
const boxes = [
  { name: "the question", left: 140, top: 140, right: 1780, bottom: 470 },
  { name: "the options", left: 30, top: 560, right: 1890, bottom: 1040 },
];
const WIDTH = 320;
const HEIGHT = 180;

/** Average colours of a grid of 16 × 9 fields. */
function gridOf(pixels: Buffer): number[] {
  const side = WIDTH / 16;
  return Array.from({ length: 16 * 9 * 3 }, (_, index) => {
    const [field, channel] = [Math.floor(index / 3), index % 3];
    const [left, top] = [(field % 16) * side, Math.floor(field / 16) * side];
    let sum = 0;
    for (let y = top; y < top + side; y += 1)
      for (let x = left; x < left + side; x += 1) sum += pixels[(y * WIDTH + x) * 4 + channel] ?? 0;
    return Math.round(sum / side ** 2);
  });
}

test("text of every script is drawn, inside of its box, as before", async () => {
  const questions = Object.entries(languages).map(([id, [question, ...options]]) => ({
    id,
    question,
    options,
    answerIndex: 1,
  }));
  const drawn = await paint({ timerSeconds: 1, questions }, { width: WIDTH, height: HEIGHT, frameRate: 1 });
  const scenes: Buffer[][] = [];
  for (const record of drawn.records) {
    if (record.kind === "event" && record.event.type === "step") scenes.push([]);
    if (record.kind === "frame") scenes.at(-1)?.push(record.pixels);
  }
  const last = scenes.map((frames) => frames.at(-1) ?? Buffer.of());
  const scale = WIDTH / 1920;
  const isInBox = (x: number, y: number) =>
    boxes.some(
      ({ left, top, right, bottom }) =>
        x >= left * scale && x < right * scale && y >= top * scale && y < bottom * scale,
    );
  const differsOutside = last.map((pixels) => {
    for (let y = 0; y < HEIGHT; y += 1)
      for (let x = 0; x < WIDTH; x += 1) {
        const at = (y * WIDTH + x) * 4;
        if (!isInBox(x, y) && pixels.compare(last[0] ?? pixels, at, at + 4, at, at + 4) !== 0)
          return { x, y };
      }
    return null;
  });
  expect(differsOutside).toEqual(last.map(() => null));
  // No script is drawn like another, and none as empty boxes.
  expect(new Set(last.map((pixels) => pixels.toString("latin1"))).size).toBe(last.length);
  const grids = Object.fromEntries(
    questions.map(({ id }, index) => [id, gridOf(last[index] ?? Buffer.of())]),
  );
  const goldens = JSON.parse(await readFile(GOLDENS, "utf8").catch(() => "{}")) as typeof grids;
  if (Object.keys(goldens).length === 0) await writeFile(GOLDENS, `${JSON.stringify(grids)}\n`);
  for (const [id, grid] of Object.entries(grids)) {
    const differences = grid.map((value, index) => Math.abs(value - (goldens[id]?.[index] ?? 999)));
    expect(
      Math.max(...differences),
      `${id} differs. If that is right, delete ${GOLDENS} and run again`,
    ).toBeLessThan(6);
  }
});

test("a Hangul syllable is drawn with its glyph in a text of any language", async () => {
  const drawAlone = async (language: string, text: string) => {
    const data = { language, quotes: [{ quote: text }] };
    const { records } = await paint(data, { template: "quote", mode: "STILL", width: 320, height: 180 });
    return records.flatMap((record) => (record.kind === "frame" ? [record.pixels] : []))[0];
  };
  for (const text of ["가", "국어한"]) {
    const korean = await drawAlone("ko", text);
    expect(korean).toBeDefined();
    expect(await drawAlone("en", text)).toEqual(korean);
  }
});

test("text that is too long is named with the number of characters that fit, in a check and in a drawing", async () => {
  const long = "A question that goes on and on, and never comes to its end. ".repeat(5).slice(0, 300);
  const data = {
    questions: [
      quiz.questions[1],
      {
        question: "Wie?".padEnd(20, "m"),
        options: ["Supercalifragilisticexpialidocious".repeat(3), "b"],
        answerIndex: 0,
      },
    ],
  };
  const checked = events(
    await paint(
      { ...data, questions: [...data.questions, { ...data.questions[0], question: long }] },
      { mode: "CHECK" },
    ),
  );
  expect(checked.filter(({ type }) => type === "warning")).toMatchObject([
    {
      code: "TEXT_TOO_LONG",
      path: "/questions/1/options/0",
      message: expect.stringMatching(/It has 102 characters; about \d+ fit\. Shorten it by \d+\./),
    },
  ]);
  expect(checked.at(-1)).toMatchObject({ type: "done" });
  const drawn = events(await paint(data, { startAt: 1 }));
  expect(drawn.at(-1)).toMatchObject({
    type: "failed",
    code: "TEXT_TOO_LONG",
    path: "/questions/1/options/0",
  });
});

test("a picture that takes too long to draw ends the painter, not the worker", async () => {
  await using folder = await temporaryDirectory();
  await chmod(folder.path, 0o755);
  const manifest = {
    ...{
      name: "hostile",
      version: 1,
      title: "Hostile",
      size: [1920, 1080],
      frameRate: 30,
      data: {},
      example: {},
    },
    scenes: [{ html: "scene.html", timeline: [{ mark: "show", lasts: 1000 }] }],
  };
  await writeFile(join(folder.path, "template.json"), JSON.stringify(manifest));
  const blurred = '<div style="width:1920px;height:1080px;background:red;filter:blur(900px)"></div>';
  await writeFile(join(folder.path, "scene.html"), `<div>${blurred.repeat(60)}</div>`);
  const painted = events(await paint({}, { template: folder.path, width: 1920, height: 1080 }));
  expect(painted.at(-1)).toMatchObject({ type: "failed", code: "TEMPLATE_TOO_COSTLY", path: "scene.html" });
});

test("stills show one frame of each wanted scene, after all that a check says", async () => {
  const still = await paint(quiz, { mode: "STILL", stills: { scenes: [1, 0, 1, 9], mark: "reveal" } });
  const checked = events(await paint(quiz, { mode: "CHECK" }));
  expect(events(still)).toMatchObject([
    ...checked.slice(0, -1),
    { type: "picture" },
    { type: "step", index: 1, name: "What is 2 + 2?" },
    { type: "step", index: 0 },
    { type: "done", frames: 2 },
  ]);
  expect(checked).toContainEqual(expect.objectContaining({ type: "scenes", chosen: null }));
  expect(framesIn(still)).toBe(2);
});
