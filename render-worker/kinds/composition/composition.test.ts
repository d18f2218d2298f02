import { createHash } from "node:crypto";
import { copyFile, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ChunkEntry,
  type CompositionSettings,
  chunkIdentity,
  objectKeys,
  type RenditionPart,
} from "@reelay/contracts";
import { readFragments, readTrackClock } from "@reelay/media-container";
import { crc32cOf } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInTemplate } from "../../testing/built-in-template.ts";
import { holes, joinParts } from "../../testing/join-parts.ts";
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
  const composition: CompositionSettings = {
    ...{ version: 1, template: await builtInTemplate("quiz-classic") },
    ...{ width: 256, height: 144, frameRate: 10, language: "en", voice: { name: null, rate: 1 } },
    ...settings,
  };
  return await worker.request(path, { kind: "COMPOSITION", composition, ...changes });
}

/**
 * What parts show, when, and how they were encoded. x264 with several threads may make other bytes of the
 * same frames.
 */
const shownBy = (parts: readonly RenditionPart[]) =>
  parts
    .toSorted((a, b) => a.startMs - b.startMs)
    .map(({ startMs, endMs, rendition, initSha256, recipe, drawn, segments }) => ({
      part: [startMs, endMs, rendition, initSha256, recipe],
      drawn: [drawn?.painter, drawn?.startFrame, drawn?.frames, drawn?.sha256, drawn?.animations],
      durations: segments.map(({ durationMs }) => durationMs),
    }));

/** Digests of a rendition's segments. */
const bytesOf = (parts: readonly RenditionPart[]) =>
  Promise.all(
    parts
      .toSorted((a, b) => a.startMs - b.startMs)
      .flatMap(({ segments }) =>
        segments.map(async ({ key }) => {
          const bytes = await readFile(worker.store.path(key));
          return `${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`;
        }),
      ),
  );

test("an attempt continues after the finished chunks of a lost one, with the same speech and the same frames", async () => {
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
  expect(shownBy(again.result.parts ?? [])).toEqual(shownBy(parts));

  // Of another video: the first chunk as it is, the second one without its segments.
  const known = parts.map((part) =>
    part.startMs === 0
      ? part
      : { ...part, segments: part.segments.map((one) => ({ ...one, key: `${one.key}.gone` })) },
  );
  const other = await worker.end(await request({}, { known }));
  const made = (other.result.parts ?? []).toSorted((a, b) => a.startMs - b.startMs);
  expect(made.map(({ drawn }) => drawn?.copiedFrom)).toEqual([task.videoId, undefined]);
  expect(shownBy(made)).toEqual(shownBy(parts));
  expect(await bytesOf(made.slice(0, 1))).toEqual(await bytesOf(kept));
  // What another build of the painter, or another encoder, has made is not used.
  const foreign = structuredClone(parts);
  for (const part of foreign) {
    if (part.startMs > 0) part.recipe = "0".repeat(64);
    else if (part.drawn) part.drawn.painter += " of another build";
  }
  const { result } = await worker.end(await request({}, { known: foreign }));
  expect(result.parts?.map(({ drawn }) => drawn?.copiedFrom)).toEqual([undefined, undefined]);
}, 90_000);

test("in the stream, a held picture lasts as long as it is shown, over all segments and chunks", async () => {
  const { result } = await worker.end(await request());
  const parts = (result.parts ?? []).toSorted((a, b) => a.startMs - b.startMs);
  expect(parts.length).toBeGreaterThan(1);
  expect(await holes(await joinParts(worker.store, parts, "held"), 0)).toEqual([]);
  for (const { initKey, segments } of parts) {
    const { timeScale = 0 } = readTrackClock(await readFile(worker.store.path(initKey))) ?? {};
    for (const { key, durationMs } of segments) {
      const fragments = readFragments(await readFile(worker.store.path(key))) ?? [];
      const ticks = fragments
        .flatMap(({ samples }) => samples)
        .reduce((sum, { duration }) => sum + duration, 0);
      expect(Math.abs((ticks * 1_000) / timeScale - durationMs)).toBeLessThan(0.1);
    }
  }
}, 60_000);

/** Entries as the API writes them, of the chunks of one video. */
async function writeEntries(parts: readonly RenditionPart[]): Promise<string[]> {
  const keys: string[] = [];
  for (const chunk of Map.groupBy(parts, ({ startMs }) => startMs).values()) {
    const [{ drawn } = {}] = chunk;
    if (!drawn) throw new Error("The chunk is not finished.");
    const recipes = new Map(chunk.map(({ rendition, recipe }) => [rendition, recipe ?? ""]));
    const identity = chunkIdentity(drawn, recipes);
    const sums = new Map<string, string>();
    for (const { segments } of chunk)
      for (const { key } of segments) sums.set(key, await crc32cOf({ path: worker.store.path(key) }));
    const entry: ChunkEntry = { version: 1, identity, parts: chunk, sums: Object.fromEntries(sums) };
    const key = `chunks/w1/${createHash("sha256").update(identity).digest("hex")}`;
    await worker.store.put(key, JSON.stringify(entry));
    keys.push(key);
  }
  return keys;
}

test("a chunk is found in the workspace's index; what is removed in the middle, altered or misnamed leads nowhere", async () => {
  const first = await request();
  // Chunks may be reported in any order.
  const parts = ((await worker.end(first)).result.parts ?? []).toSorted((a, b) => a.startMs - b.startMs);
  const entries = await writeEntries(parts);
  const indexed = { chunksPrefix: "chunks/w1/" };
  const { result: copied } = await worker.end(await request({}, indexed));
  expect(copied.parts?.map(({ drawn }) => drawn?.copiedFrom)).toEqual([first.videoId, first.videoId]);
  expect(await bytesOf(copied.parts ?? [])).toEqual(await bytesOf(parts));
  const [ofFirst = "", ofSecond = ""] = entries;
  const [one, two] = parts;
  // The entry of the second chunk names the first one; the video of that is deleted while it is copied.
  await copyFile(worker.store.path(ofFirst), worker.store.path(ofSecond));
  const last = one?.segments.at(-1)?.key ?? "";
  worker.store.beforeRead = async (key) => {
    if (key === last) await rm(worker.store.path(key), { force: true });
  };
  const drawnAgain = async () => {
    const task = await request({}, indexed);
    const { result, attemptId } = await worker.end(task);
    expect(result.parts?.map(({ drawn }) => drawn?.copiedFrom)).toEqual([undefined, undefined]);
    expect(shownBy(result.parts ?? [])).toEqual(shownBy(parts));
    const folder = worker.store.path(objectKeys.attempt(task.videoId, attemptId));
    expect((await readdir(folder, { recursive: true })).filter((name) => name.includes("-copy-"))).toEqual(
      [],
    );
  };
  await drawnAgain();
  expect(worker.logged("chunk-entry.invalid")).toHaveLength(1);
  worker.store.beforeRead = () => undefined;

  // A bit of the second chunk has changed, and the entry of the first one is cut.
  await writeEntries(parts.filter(({ startMs }) => startMs === two?.startMs));
  const path = worker.store.path(two?.segments[0]?.key ?? "");
  const altered = await readFile(path);
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
  await writeFile(path, altered);
  await truncate(worker.store.path(ofFirst), 200);
  await drawnAgain();
}, 120_000);

test("a silent composition has only cues, and a worker with other files of the template leaves the task to another one", async () => {
  await request({}, { requirements: { version: 1, runtime: "template", voice: "amy" } });
  const end = await worker.end(await request({ voice: null }));
  // Another worker has that voice.
  expect(worker.logged("task.not-supported")).toHaveLength(1);
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
