/** The painter of templates from the outside: the program, in its jail. */
import { createHash } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { JailLevel } from "@reelay/contracts";
import { builtInTemplates } from "@reelay/templates";
import { expect, test } from "vitest";
import { processEnvironment } from "../env.ts";
import { createJail } from "../jail/create-jail.ts";
import type { TemplateJob } from "../painting/painting.ts";
import { type PainterRecord, readRecords } from "../painting/read-records.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { findTemplatePainter } from "./find-template-painter.ts";

const PATH = processEnvironment["PATH"] ?? "";
const templates = await builtInTemplates();

interface Painted {
  level: JailLevel;
  digest: string;
  records: PainterRecord[];
}

/** Runs the painter on data in a jail, small: 160 × 90 at 10 frames per second. */
async function paint(
  data: unknown,
  { strongest = "FULL", template = "quiz-classic", ...job }: Partial<TemplateJob> & { strongest?: JailLevel },
): Promise<Painted> {
  await using folder = await temporaryDirectory();
  const jail = await createJail({ sandbox: "auto", path: PATH, folders: [folder.path], strongest });
  const { program, args } = await findTemplatePainter(jail);
  const file = join(folder.path, "data.json");
  await writeFile(file, JSON.stringify(data));
  await chmod(folder.path, 0o755);
  await chmod(file, 0o644);
  const whole: TemplateJob = {
    ...{ version: 1, mode: "DRAW", template: templates.get(template) ?? template, data: file },
    ...{ width: 160, height: 90, frameRate: 10, ...job },
  };
  const jailed = program.reading(folder.path).reading(whole.template);
  const { stdout, stderr, exitCode } = await jailed.run([...args, JSON.stringify(whole)], {
    cwd: folder.path,
    encoding: "latin1",
    limits: { memoryBytes: 2 * 1024 ** 3 },
    timeoutMs: 150_000,
  });
  expect(exitCode, stderr).toBe(0);
  const bytes = Buffer.from(stdout, "latin1");
  const records: PainterRecord[] = [];
  for await (const record of readRecords(Readable.from([bytes])))
    records.push(record.kind === "frame" ? { ...record, pixels: Buffer.from(record.pixels) } : record);
  return { level: jail.level, digest: createHash("sha256").update(bytes).digest("hex"), records };
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

test("invalid data is refused with its path, the expectation, the value and the remedy", async () => {
  const refused = await paint({ questions: [{ question: "?", options: ["a"], answerIdx: 0 }] }, {});
  expect(events(refused).at(-1)).toMatchObject({
    type: "failed",
    code: "DATA_INVALID",
    path: "/questions/0/answerIndex",
    message: expect.stringContaining("it is missing"),
  });
});
