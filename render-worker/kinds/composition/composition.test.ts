import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CompositionSettings, objectKeys, type RenditionPart } from "@reelay/contracts";
import { builtInTemplates, hashTemplate } from "@reelay/templates";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorker, temporaryDirectory } from "../../testing/kit.ts";
import type { RenderTask } from "../../testing/to-message.ts";

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

/** Scenes of which little moves. */
const question = (text: string) => ({
  ...{ question: text, options: ["Jupiter", "Saturn"], answerIndex: 0 },
  explanation: "It is larger than all of the other planets together, and was known to people of all times.",
});
const data = {
  ...{ timerSeconds: 1, speakOptions: false },
  questions: ["Which planet is the largest?", "Which planet is a giant?"].map(question),
};

async function request(
  settings: Partial<CompositionSettings> = {},
  changes: Partial<RenderTask> = {},
): Promise<RenderTask> {
  const path = join(folder.path, "data.json");
  await writeFile(path, JSON.stringify(data));
  const sha256 = await hashTemplate((await builtInTemplates()).get("quiz-classic") ?? "");
  const composition: CompositionSettings = {
    ...{ version: 1, template: { name: "quiz-classic", version: 1, sha256 } },
    ...{ width: 256, height: 144, frameRate: 10, language: "en", voice: { name: null, rate: 1 } },
    ...settings,
  };
  return await worker.request(path, { kind: "COMPOSITION", composition, ...changes });
}

/** The bytes of a rendition's segments. */
const bytesOf = (parts: readonly RenditionPart[]) =>
  Promise.all(
    parts
      .toSorted((a, b) => a.startMs - b.startMs)
      .flatMap(({ segments }) => segments.map(({ key }) => readFile(worker.store.path(key), "base64"))),
  );

test("an attempt continues after the finished chunks of a lost one, with the same speech and the same bytes", async () => {
  const task = await request();
  const end = await worker.end(task);
  expect(end).not.toHaveProperty("error");
  const { result: whole, attemptId } = end;
  const { parts = [], audio, captions } = whole;
  expect(parts.map(({ isComplete }) => isComplete)).toEqual([true, true]);
  const durationMs = whole.source?.probe?.durationMs ?? 0;
  expect(whole.source?.probe).toMatchObject({ container: "template", audio: { channels: 2 } });
  expect(audio).toMatchObject({ codec: "AAC", playlist: { isComplete: true } });
  expect(Math.abs((audio?.playlist?.durationMs ?? 0) - durationMs)).toBeLessThan(100);
  const key = objectKeys.attemptCaptions(task.videoId, attemptId);
  expect(captions).toEqual({ key, language: "en" });
  const vtt = await readFile(worker.store.path(key), "utf8");
  for (const { question: text } of data.questions) expect(vtt).toContain(text);

  const kept = parts.filter(({ startMs }) => startMs === 0);
  const again = await worker.end(await request({}, { keep: { variants: [], audio: null, parts: kept } }));
  expect(again.result.isRedrawn).toBeUndefined();
  expect(again.result.parts?.find(({ startMs }) => startMs === 0)).toEqual(kept[0]);
  expect(await bytesOf(again.result.parts ?? [])).toEqual(await bytesOf(parts));

  // Of another video: the first chunk as it is, the second one without its segments.
  const known = parts.map((part) =>
    part.startMs === 0
      ? part
      : { ...part, segments: part.segments.map((one) => ({ ...one, key: `${one.key}.gone` })) },
  );
  const other = await worker.end(await request({}, { known }));
  const made = (other.result.parts ?? []).toSorted((a, b) => a.startMs - b.startMs);
  expect(made.map(({ drawn }) => drawn?.copiedFrom)).toEqual([task.videoId, undefined]);
  expect(await bytesOf(made)).toEqual(await bytesOf(parts));
  // What another build of the painter, or another encoder, has made is not used.
  const foreign = structuredClone(parts);
  for (const part of foreign) {
    if (part.startMs > 0) part.recipe = "0".repeat(64);
    else if (part.drawn) part.drawn.painter += " of another build";
  }
  const { result } = await worker.end(await request({}, { known: foreign }));
  expect(result.parts?.map(({ drawn }) => drawn?.copiedFrom)).toEqual([undefined, undefined]);
}, 90_000);

test("a silent composition has only cues, and a worker with other files of the template leaves the task to another one", async () => {
  const end = await worker.end(await request({ voice: null }));
  expect(end).not.toHaveProperty("error");
  const { result } = end;
  expect(result.captions).toBeUndefined();
  // The template's cues remain.
  expect(result.audio).toMatchObject({ playlist: { isComplete: true } });
  const template = { name: "quiz-classic", version: 1, sha256: "0".repeat(64) };
  expect(await worker.end(await request({ template }))).toMatchObject({
    outcome: "FAILED",
    error: { code: "TEMPLATE_UNAVAILABLE", retriable: true },
  });
}, 60_000);
