/** A quiz from its data to the stream: spoken, drawn, mixed, captioned, and copied where nothing changed. */
import { readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { PartSegment } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inspect } from "../../render-worker/testing/inspect.ts";
import { keyOf } from "../../src/inputs/global-id.ts";
import { readDecodedFrames } from "../kit/decoded-frames.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { scrubNow } from "../kit/scrub.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

/** Scenes of some ten seconds, of which little moves. */
const question = (text: string) => ({
  question: text,
  options: ["Jupiter", "Saturn", "Neptune", "Earth"],
  answerIndex: 0,
  explanation: "It is larger than all of the other planets together, and was known to people of all times.",
});
const quiz = (...texts: string[]) => ({
  ...{ timerSeconds: 1, speakOptions: false },
  questions: texts.map(question),
});
const first = quiz("Which planet is the largest?", "Which planet is a giant?", "Which planet comes fifth?");

interface Watched {
  status: string;
  durationMs: number | null;
  error: { message: string } | null;
  step: { kind: string; index: number; count: number; name: string } | null;
}

const WATCH = `subscription ($id: ID!) { videoProgress(id: $id) {
  id status durationMs error { message } step { kind index count name } } }`;

async function make(
  data: object,
  more: object = {},
): Promise<{ id: string; videoId: string; seen: Watched[] }> {
  const template = { template: "quiz-classic", data, height: 270, frameRate: 10, ...more };
  const input = { title: "Planets", source: { template } };
  const { data: created } = await system.client.ask(documents.createVideo, { input });
  expect(created.createVideo).toMatchObject({ __typename: "Video", status: "PROCESSING" });
  const { id } = created.createVideo;
  const isEnd = ({ status }: Watched) => status === "READY" || status === "FAILED";
  const seen: Watched[] = await system.client.watch(id, isEnd, null, WATCH);
  expect(seen.at(-1)).toMatchObject({ status: "READY", error: null });
  return { id, videoId: keyOf("Video", id) ?? "", seen };
}

/** For each chunk of a video, whether it was copied from another one. */
async function chunksOf(videoId: string): Promise<boolean[]> {
  const parts = await system.db.part.findMany({
    where: { videoId, rendition: "144p" },
    orderBy: { startMs: "asc" },
  });
  return parts.map(({ initKey }) => initKey.includes("-copy-"));
}

test("a quiz plays while it is drawn, has sound and captions, and encodes again only what has changed", async () => {
  const { id, videoId, seen } = await make(first);
  const { playableAt, readyAt } = await system.db.video.findUniqueOrThrow({ where: { id: videoId } });
  expect(playableAt?.getTime()).toBeLessThan(readyAt?.getTime() ?? 0);
  const steps = seen.flatMap(({ step }) =>
    step ? [`${step.kind} ${step.index} of ${step.count}: ${step.name}`] : [],
  );
  expect([...new Set(steps)]).toEqual(
    first.questions.map((one, index) => `SCENE ${index} of 3: ${one.question}`),
  );

  const { data } = await system.client.ask(
    `query ($id: ID!) { video(id: $id) { durationMs width height audioTracks { name codec }
        captions { language kind label url } source { kind composition { template language isSilent } data } } }`,
    { id },
  );
  expect(data.video).toMatchObject({
    ...{ width: 480, height: 270 },
    audioTracks: [{ name: "Audio", codec: "AAC" }],
    captions: [{ language: "en", kind: "SUBTITLES", label: "English" }],
    source: {
      kind: "TEMPLATE",
      composition: { template: "quiz-classic", language: "en", isSilent: false },
      data: { ...first, theme: expect.any(String) },
    },
  });
  expect(data.video.durationMs).toBeGreaterThan(24_000);
  const master = join(system.storeDirectory, `videos/${videoId}/manifest/master.m3u8`);
  const stream = await inspect(master);
  expect(stream).toMatchObject({ startTime: 0 });
  const [track] = await system.db.captionTrack.findMany({ where: { videoId } });
  const vtt = await readFile(join(system.storeDirectory, track?.key ?? ""), "utf8");
  for (const { question } of first.questions) expect(vtt).toContain(question);
  expect(await chunksOf(videoId)).toEqual([false, false, false]);

  const again = await make(first);
  expect(await chunksOf(again.videoId)).toEqual([true, true, true]);

  const [one = "", , three = ""] = first.questions.map((each) => each.question);
  const changed = await make(quiz(one, "Which planet has a great red spot?", three));
  expect(await chunksOf(changed.videoId)).toEqual([true, false, true]);
  const { data: reused } = await system.client.ask(
    `query ($id: ID!) { video(id: $id) { durationMs chunks { index title startMs endMs origin }
        mainJob { reuse { chunks copied drawn savedCpuSeconds spokenCharacters reusedCharacters } } } }`,
    { id: changed.id },
  );
  const { chunks, durationMs, mainJob } = reused.video;
  expect(chunks).toMatchObject([
    { index: 0, title: one, startMs: 0, origin: id },
    { index: 1, title: "Which planet has a great red spot?", startMs: chunks[0].endMs, origin: null },
    { index: 2, title: three, startMs: chunks[1].endMs, endMs: durationMs, origin: id },
  ]);
  expect(mainJob.reuse).toMatchObject({ chunks: 3, copied: 2, drawn: 1 });
  expect(mainJob.reuse.savedCpuSeconds).toBeGreaterThan(0);
  // Of the texts, the question that changed is spoken.
  expect(mainJob.reuse.spokenCharacters).toBe("Which planet has a great red spot?".length);
  expect(mainJob.reuse.reusedCharacters).toBeGreaterThan(200);
}, 180_000);

/** The decoded frames of a video's smallest variant. */
const readFrames = (videoId: string) =>
  readDecodedFrames(join(system.storeDirectory, `videos/${videoId}/variants/144p/index.m3u8`));

/** The decoded frames of each chunk, with their times in it. */
async function chunkFrames(videoId: string): Promise<string[][]> {
  const where = { videoId, rendition: "144p" };
  const parts = await system.db.part.findMany({ where, orderBy: { startMs: "asc" } });
  const frames = await readFrames(videoId);
  return parts.map(({ startMs, endMs }) =>
    frames
      .filter(({ atMs }) => atMs >= startMs && atMs < (endMs ?? Number.POSITIVE_INFINITY))
      .map(({ atMs, hash }) => `${atMs - startMs} ${hash}`),
  );
}

test("scenes that changed their place, or were in an older video, are copied; a deleted video is missed by none", async () => {
  const [one, two, three, four] = ["Is it one?", "Is it two?", "Is it three?", "Is it four?"] as const;
  const small = { height: 144, voice: { name: "NONE" } };
  const oldest = await make(quiz(one, two, three, four), small);
  // A task names the chunks of the two latest videos only.
  await make(quiz("Is it another one?"), small);
  await make(quiz("Is it yet another one?"), small);

  const longer = "Is it three, or is it a number that was never thought of before?";
  const edited = await make(quiz(one, longer, four), small);
  expect(await chunksOf(edited.videoId)).toEqual([true, false, true]);
  const before = await chunkFrames(oldest.videoId);
  const after = await chunkFrames(edited.videoId);
  expect(after[0]).toEqual(before[0]);
  expect(after[1]?.[0]).toMatch(/^0 /);
  expect(after[2]).toEqual(before[3]);

  await system.client.ask("mutation ($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", {
    id: oldest.id,
  });
  const last = await make(quiz(one, two, four), small);
  expect(await chunksOf(last.videoId)).toEqual([true, false, true]);
  const [atFirst, again = [], atLast] = await chunkFrames(last.videoId);
  expect([atFirst, atLast]).toEqual([before[0], before[3]]);
  const timesOf = (frames: readonly string[] = []) => frames.map((frame) => frame.split(" ")[0]);
  expect(timesOf(again)).toEqual(timesOf(before[1]));
}, 240_000);

test("data is checked before anything is made: by its schema at once, by its picture before it is drawn", async () => {
  const { data: listed } = await system.client.ask("{ templates { name width height dataSchema example } }");
  const classic = listed.templates.find(({ name }: { name: string }) => name === "quiz-classic");
  expect(classic).toMatchObject({ width: 1920, height: 1080, dataSchema: { required: ["questions"] } });
  const create = async (data: object) => {
    const source = { template: { template: "quiz-classic", data, height: 270, frameRate: 10 } };
    const { data: made } = await system.client.ask(
      `mutation ($input: CreateVideoInput!) { createVideo(input: $input) { __typename
        ... on Video { id } ... on InvalidDataError { code issues { path code message } } } }`,
      { input: { title: "Long", source } },
    );
    return made.createVideo;
  };
  expect(await create({ questions: [question("")] })).toMatchObject({
    ...{ __typename: "InvalidDataError", code: "DATA_INVALID" },
    issues: [{ path: "/questions/0/question", code: "DATA_INVALID" }],
  });

  const long = question("Which?");
  long.options[1] = `${"W".repeat(119)}!`;
  const seen = await system.client.watch((await create({ questions: [long] })).id);
  expect(seen.at(-1)).toMatchObject({ status: "FAILED", error: { code: "TEXT_TOO_LONG" } });
});

const CHECK = `mutation ($input: CheckSourceInput!) { checkSource(input: $input) { __typename ... on SourceCheck {
  id status durationMs scenes { name startMs } issues { code path } stills { scene url width height } } } }`;

test("data is checked without a video, with pictures of its scenes", async () => {
  const template = { template: "quiz-classic", data: first, voice: { name: "NONE" } };
  const input = { source: { template }, stills: { scenes: [1], mark: "reveal" }, waitMs: 30_000 };
  const checked = await eventually(
    async () => {
      const { data } = await system.client.ask(CHECK, { input });
      return data.checkSource.status !== "PENDING" && data.checkSource;
    },
    "the data is checked",
    { timeoutMs: 120_000 },
  );
  expect(checked).toMatchObject({
    ...{ status: "SUCCEEDED", issues: [], stills: [{ scene: 1, width: 640, height: 360 }] },
    scenes: first.questions.map((one) => ({ name: one.question })),
  });
  const picture = await fetch(checked.stills[0].url);
  expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
  expect(Buffer.from(await picture.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
}, 200_000);

test("one damaged chunk is drawn again, and the others keep their segments", async () => {
  const { id, videoId } = await make(quiz("Which planet has rings?", "Which one is red?", "Which is blue?"));
  const partsOf = async (rendition: string) =>
    await system.db.part.findMany({ where: { videoId, rendition }, orderBy: { startMs: "asc" } });
  const before = await partsOf("144p");
  const others = await partsOf("270p");
  const [broken] = PartSegment.array().parse(before[1]?.segments);
  await truncate(join(system.storeDirectory, broken?.key ?? ""), 500);
  await scrubNow({ db: system.db, storeDirectory: system.storeDirectory }, videoId);
  const ask = "query ($id: ID!) { video(id: $id) { status damages { code subject } } }";
  const { data } = await system.client.ask(ask, { id });
  expect(data.video).toEqual({
    status: "READY",
    damages: [{ code: "SEGMENT_DAMAGED", subject: "144p" }],
  });
  await eventually(
    async () => (await system.db.damage.count({ where: { videoId } })) === 0,
    "the video is mended",
    { timeoutMs: 120_000 },
  );
  const after = await partsOf("144p");
  expect(after.map(({ segments }, index) => isDeepStrictEqual(segments, before[index]?.segments))).toEqual([
    true,
    false,
    true,
  ]);
  expect(await partsOf("270p")).toEqual(others);
  expect((await readFrames(videoId)).length).toBeGreaterThan(30);
});
