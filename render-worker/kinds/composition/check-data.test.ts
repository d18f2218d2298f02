import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { type CheckedSource, type CompositionSettings, objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInTemplate } from "../../testing/built-in-template.ts";
import { inspect } from "../../testing/inspect.ts";
import { startWorker } from "../../testing/kit.ts";

let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker[Symbol.asyncDispose]());

const question = (text: string) => ({
  ...{ question: text, options: ["Jupiter", "Saturn"], answerIndex: 0 },
});
const quiz = (...texts: string[]) => ({ title: "Planets", timerSeconds: 5, questions: texts.map(question) });

/** The worker's report. */
async function check(
  data: object,
  {
    stills,
    hasRows,
    ...settings
  }: Partial<CompositionSettings> & {
    stills?: { scenes: number[] | null; mark: string | null };
    hasRows?: true;
  } = {},
) {
  const composition: CompositionSettings = {
    ...{ version: 1, template: await builtInTemplate("quiz-classic") },
    ...{ width: 1920, height: 1080, frameRate: 30, language: "en", voice: { name: null, rate: 1 } },
    ...settings,
  };
  const checkId = randomUUID();
  await worker.messaging.control({
    ...{ type: "source.check-requested.v1", checkId, kind: "COMPOSITION", script: JSON.stringify(data) },
    ...{ settings: composition, requestedAt: new Date().toISOString() },
    ...(hasRows && { hasRows }),
    ...(stills && { stills: { ...stills, width: 320, height: 180 } }),
  });
  const report = worker.messaging.published.find((one) => "checkId" in one && one.checkId === checkId);
  return { checkId, report, checked: report as { checked: CheckedSource } | undefined };
}

test("data is checked without speech: scenes with times and marks, length, and characters to speak", async () => {
  const { report } = await check(quiz("Which planet is the largest?", "Which one is red?"));
  const marks = ["ask", "options", "timer", "reveal", "hold"];
  expect(report).toMatchObject({
    type: "source.checked.v1",
    checked: {
      scenes: [
        { name: "Planets", line: null, startMs: 0, marks: ["intro"] },
        { name: "Which planet is the largest?", marks },
        { name: "Which one is red?", marks },
      ],
      ...{ scene: null, issues: [], timeline: { animations: 3, hasAudio: false } },
      speechCharacters: expect.any(Number),
    },
  });
  const { scenes, timeline } = (report as { checked: CheckedSource }).checked;
  const [, second, third] = scenes;
  expect(third?.startMs).toBeCloseTo((second?.startMs ?? 0) + (second?.durationMs ?? 0));
  expect(timeline?.durationMs).toBeCloseTo((third?.startMs ?? 0) + (third?.durationMs ?? 0));
  const silent = await check(quiz("Which one is red?"), { voice: null });
  expect(silent.checked?.checked.speechCharacters).toBeUndefined();
});

test("stills of scenes are stored below the check, and nothing else is left", async () => {
  const data = quiz("Which planet is the largest?", "Which one is red?");
  const { checkId, checked } = await check(data, { stills: { scenes: [2, 1], mark: "reveal" } });
  const stills = checked?.checked.stills ?? [];
  expect(stills).toMatchObject([
    { scene: 2, width: 320, height: 180 },
    { scene: 1, width: 320, height: 180 },
  ]);
  const [first = "", second = ""] = stills.map(({ scene, secret }) =>
    worker.store.path(objectKeys.still(checkId, secret, scene)),
  );
  expect(await inspect(first)).toMatchObject({ width: 320, height: 180, frames: 1 });
  expect(await readFile(first, "base64")).not.toBe(await readFile(second, "base64"));
  const all = await check(data, { stills: { scenes: null, mark: null } });
  expect(all.checked?.checked.stills?.map(({ scene }) => scene)).toEqual([0, 1, 2]);
  const left = await readdir(`${worker.config.workDirectory}/${worker.config.workerId}`);
  expect(left.filter((name) => name.startsWith("check-"))).toEqual([]);
});

test("a text that does not fit is an error with its place and what would fit, and is drawn anyway", async () => {
  const { questions } = quiz("Which one is red?", "Which one is blue?");
  const options = ["Supercalifragilisticexpialidocious".repeat(3), "b"];
  const data = { questions: [questions[0], { ...questions[1], options }] };
  const { checked } = await check(data, { stills: { scenes: [1], mark: null } });
  expect(checked?.checked.issues).toMatchObject([
    {
      ...{ severity: "ERROR", code: "TEXT_TOO_LONG", path: "/questions/1/options/0" },
      message: expect.stringMatching(/about \d+ fit/),
    },
  ]);
  expect(checked?.checked.stills).toHaveLength(1);
});

test("many data are checked in one run: each has its length and issues, and a picture if wanted", async () => {
  const long = "Supercalifragilisticexpialidocious".repeat(3);
  const [first = {}] = quiz("Which one is red?").questions;
  const rows = [
    quiz("Which one is red?"),
    { questions: [{ ...first, options: ["a", long] }] },
    { title: "No questions" },
    { ...quiz("どの惑星が一番大きいですか?"), language: "ja" },
  ];
  const { checkId, checked } = await check(rows, { hasRows: true, stills: { scenes: null, mark: null } });
  const found = checked?.checked.rows?.toSorted((one, other) => one.index - other.index);
  const drawn = { frames: expect.any(Number), speechCharacters: expect.any(Number) };
  const chunks = [{ key: expect.stringMatching(/^[0-9a-f]{32}$/), frames: expect.any(Number) }];
  expect(found).toEqual([
    { index: 0, scenes: 2, ...drawn, chunks, issues: [] },
    {
      ...{ index: 1, scenes: 1, ...drawn, chunks },
      issues: [
        {
          ...{ code: "TEXT_TOO_LONG", path: "/questions/0/options/1" },
          message: expect.stringMatching(/about \d+ fit/),
        },
      ],
    },
    {
      ...{ index: 2, scenes: 0, frames: null, speechCharacters: 0 },
      issues: [expect.objectContaining({ code: "DATA_INVALID", path: "/questions" })],
    },
    { index: 3, scenes: 2, ...drawn, chunks, issues: [] },
  ]);
  for (const row of found ?? [])
    expect(row.chunks?.reduce((sum, { frames }) => sum + frames, 0) ?? null).toBe(row.frames);
  const keys = found?.flatMap((row) => row.chunks?.map(({ key }) => key) ?? []) ?? [];
  expect(new Set(keys).size).toBe(3);
  const alone = await check(rows[0] ?? {});
  expect(alone.checked?.checked.timeline?.frames).toBe(found?.[0]?.frames);
  expect(alone.checked?.checked.speechCharacters).toBe(found?.[0]?.speechCharacters);
  const stills = checked?.checked.stills ?? [];
  expect(stills.map(({ scene }) => scene)).toEqual([0, 1, 3]);
  const paths = stills.map(({ scene, secret }) =>
    worker.store.path(objectKeys.still(checkId, secret, scene)),
  );
  expect(await inspect(paths[0] ?? "")).toMatchObject({ width: 320, height: 180, frames: 1 });
});

test("a worker with other files of the template leaves the check to another one", async () => {
  const template = { name: "quiz-classic", version: 1, sha256: "0".repeat(64) };
  expect((await check(quiz("Which one is red?"), { template })).report).toMatchObject({
    type: "source.check-failed.v1",
    error: { code: "TEMPLATE_UNAVAILABLE", retriable: true },
  });
});
