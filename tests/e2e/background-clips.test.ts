/** A clip behind a quiz, from its address to the stream: read by ranges, moving behind texts, and kept. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeClip, temporaryDirectory, testTools } from "../../render-worker/testing/kit.ts";
import { startOrigin } from "../../render-worker/testing/origin.ts";
import { runTool } from "../../render-worker/testing/run-tool.ts";
import { keyOf } from "../../src/inputs/global-id.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";

let system: System;
let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  folder = await temporaryDirectory();
  system = await startSystem();
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const question = (text: string) => ({
  question: text,
  options: ["Jupiter", "Saturn", "Neptune", "Earth"],
  answerIndex: 0,
  explanation: "It is larger than all of the other planets together, and was known to people of all times.",
});
const look = { width: 480, height: 270 };
const sourceOf = (texts: readonly string[], background?: object | null) => ({
  template: {
    ...{ template: "quiz-classic", height: look.height, frameRate: 10 },
    ...(background !== undefined && { background }),
    data: { ...{ timerSeconds: 1, speakOptions: false }, questions: texts.map(question) },
  },
});
const texts = ["Which planet is the largest?", "Which planet is a giant?", "Which planet comes fifth?"];

/** A pattern that moves as a whole. */
const clipOf = async (name: string, seconds: number, coding = "-crf 30"): Promise<Buffer> => {
  const picture = `-f lavfi -i testsrc2=s=320x180:r=10:d=${seconds},scroll=h=0.03`;
  const options = `${picture} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 20 ${coding}`;
  return await readFile(await makeClip(join(folder.path, name), options.split(" ")));
};

async function make(source: object): Promise<{ id: string; videoId: string }> {
  const { data } = await system.client.ask(documents.createVideo, { input: { title: "Planets", source } });
  expect(data.createVideo).toMatchObject({ __typename: "Video" });
  const { id } = data.createVideo;
  expect((await system.client.watch(id)).at(-1)).toMatchObject({ status: "READY", error: null });
  return { id, videoId: keyOf("Video", id) ?? "" };
}

const update = async (videoId: string, source: object) =>
  (
    await system.client.ask(
      `mutation ($input: UpdateVideoSourceInput!) { updateVideoSource(input: $input) { __typename
        ... on Video { edition } ... on Error { code message } } }`,
      { input: { videoId, source } },
    )
  ).data.updateVideoSource;

/** Frames of what viewers get, in gray. */
async function framesOf(id: string): Promise<Buffer[]> {
  const { data } = await system.client.ask("query ($id: ID!) { video(id: $id) { playback { hlsUrl } } }", {
    id,
  });
  return await framesAt(data.video.playback.hlsUrl);
}

/** Frames of a video or a picture at an address, in gray. */
async function framesAt(url: string): Promise<Buffer[]> {
  const { ffmpeg } = await testTools();
  const raw = join(folder.path, "watched.gray");
  const { width, height } = look;
  const shown = `-vf scale=${width}:${height} -pix_fmt gray -fps_mode passthrough -f rawvideo`;
  await runTool(ffmpeg.path, [
    ...["-v", "error", "-y", "-i", url, "-map", "0:v:0"],
    ...[...shown.split(" "), raw],
  ]);
  const all = await readFile(raw);
  const length = width * height;
  return Array.from({ length: all.length / length }, (_, at) => all.subarray(at * length, (at + 1) * length));
}

/** Mean difference of two frames in a box, 0 to 255. */
function difference(
  [one, other]: readonly [Buffer | undefined, Buffer | undefined],
  { x, y, width, height }: Record<"x" | "y" | "width" | "height", number>,
): number {
  if (!one || !other) throw new Error("The video is too short.");
  let sum = 0;
  for (let row = y; row < y + height; row += 1)
    for (let at = row * look.width + x; at < row * look.width + x + width; at += 1)
      sum += Math.abs((one[at] ?? 0) - (other[at] ?? 0));
  return sum / (width * height);
}

test("a clip at an address is read by ranges, moves behind the texts, and a correction keeps the other segments", async () => {
  // 94 MB, of which some 20 s are shown.
  const coding = "-b:v 4M -minrate 4M -maxrate 4M -bufsize 2M -nal-hrd cbr -movflags +faststart";
  await using origin = await startOrigin(await clipOf("sea.mp4", 180, coding));
  expect(origin.bytes.length).toBeGreaterThan(80e6);
  let sent = 0;
  origin.send = async (body, response) => {
    sent += body.length;
    response.end(body);
  };
  const { id, videoId } = await make(sourceOf(texts, { url: origin.url }));
  expect(origin.asked.filter((range) => !/^bytes=\d+-\d+$/.test(range))).toEqual([]);
  expect(sent).toBeGreaterThan(5e6);
  expect(sent).toBeLessThan(origin.bytes.length * 0.7);

  const frames = await framesOf(id);
  const edge = { x: 0, y: 4, width: 60, height: 250 };
  const pairs = frames.slice(5).map((frame, at) => [frames[at], frame] as const);
  expect(pairs.filter((pair) => difference(pair, edge) < 2)).toEqual([]);
  // The boxes of the options, with their texts, stand still over it.
  const option = { x: 90, y: 162, width: 130, height: 30 };
  expect(Math.min(...pairs.map((pair) => difference(pair, option)))).toBeLessThan(2);

  const { data: read } = await system.client.ask(
    "query ($id: ID!) { video(id: $id) { source { composition { background { url filename videoId materialId } } } } }",
    { id },
  );
  expect(read.video.source.composition.background).toEqual({
    ...{ url: origin.url, filename: "clip.mp4", videoId: null, materialId: null },
  });

  // A setting that is omitted stays as published.
  const corrected = texts.with(1, "Which planet has a great red spot, and many moons?");
  expect(await update(id, sourceOf(corrected))).toMatchObject({ __typename: "Video" });
  await eventually(
    async () => (await system.db.edition.count({ where: { videoId, number: 2, status: "PUBLISHED" } })) === 1,
    "the edition is published",
    { timeoutMs: 120_000 },
  );
  const parts = await system.db.part.findMany({
    where: { videoId, rendition: "144p" },
    orderBy: { startMs: "asc" },
  });
  expect(parts.map(({ initKey }) => initKey.includes("-copy-"))).toEqual([true, false, true]);

  // Another file at the same address is another clip.
  origin.bytes = await clipOf("sky.mp4", 60);
  origin.etag = '"two"';
  expect(await update(id, sourceOf(corrected))).toMatchObject({ __typename: "Video" });
  await eventually(
    async () => (await system.db.edition.count({ where: { videoId, number: 3, status: "PUBLISHED" } })) === 1,
    "the next edition is published",
    { timeoutMs: 120_000 },
  );
  const redrawn = await system.db.part.findMany({ where: { videoId, rendition: "144p" } });
  expect(redrawn.filter(({ initKey }) => initKey.includes("-copy-"))).toEqual([]);
}, 400_000);

test("a video of the workspace is a clip until it is deleted, and then another one or none is shown", async () => {
  await using origin = await startOrigin(await clipOf("own.mp4", 4));
  const clip = await make({ url: { url: origin.url } });
  const [text = ""] = texts;
  const drawn = await make(sourceOf([text]));
  expect(await update(drawn.id, sourceOf([text], { video: drawn.id }))).toMatchObject({
    ...{ __typename: "InvalidInputError", code: "BACKGROUND_INVALID" },
    message: expect.stringContaining("was drawn"),
  });
  const { id, videoId } = await make(sourceOf([text], { video: clip.id }));
  const frames = await framesOf(id);
  expect(difference([frames[25], frames[30]], { x: 0, y: 4, width: 60, height: 250 })).toBeGreaterThan(2);
  expect(
    (
      await system.client.ask("mutation ($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", {
        id: clip.id,
      })
    ).data.deleteVideo,
  ).toMatchObject({ __typename: "DeletedVideo" });
  const next = ["Which planet is a giant?"];
  expect(await update(id, sourceOf(next))).toMatchObject({
    ...{ __typename: "InvalidInputError", code: "VIDEO_NOT_FOUND" },
    message: expect.stringContaining("source.template.background.video"),
  });
  expect(await update(id, sourceOf(next, null))).toMatchObject({ __typename: "Video" });
  await eventually(
    async () => (await system.db.edition.count({ where: { videoId, number: 2, status: "PUBLISHED" } })) === 1,
    "the edition without a clip is published",
    { timeoutMs: 120_000 },
  );
}, 240_000);

test("each row of a batch can have its own clip, and one that cannot be read is its row's issue", async () => {
  await using origin = await startOrigin(await clipOf("row.mp4", 3));
  origin.answer = ({ url }, response) => {
    if (url === "/private.mp4") response.writeHead(403).end();
    return url === "/private.mp4";
  };
  const refused = new URL("/private.mp4", origin.url).href;
  const rows = [`Which is large?,${origin.url}`, `Which is a giant?,${refused}`, "Which is the fifth?,"];
  const head = "question,video.background,option1,option2,answer,timerSeconds";
  const csv = [head, ...rows.map((row) => `${row},Jupiter,Saturn,A,1`)].join("\n");
  const input = {
    ...{ template: "quiz-classic", height: 144, frameRate: 10, voice: { name: "NONE" } },
    source: { csv },
  };
  const { data: created } = await system.client.ask(
    "mutation ($input: CreateBatchInput!) { createBatch(input: $input) { __typename ... on Batch { id } ... on Error { message } } }",
    { input },
  );
  expect(created.createBatch).toMatchObject({ __typename: "Batch" });
  const { id } = created.createBatch;
  const read = async () =>
    (
      await system.client.ask(
        `query ($id: ID!) { batch(id: $id) { status rows(first: 5) { nodes { line status issues { line column code message }
          video { source { composition { background { url } } } } } } } }`,
        { id },
      )
    ).data.batch;
  const until = (status: string) =>
    eventually(async () => (await read()).status === status, status, { timeoutMs: 120_000 });
  await until("CHECKED");
  expect((await read()).rows.nodes).toMatchObject([
    { line: 2, status: "VALID", issues: [] },
    {
      ...{ line: 3, status: "INVALID" },
      issues: [
        { line: 3, code: "BACKGROUND_URL_HTTP_ERROR", message: expect.stringContaining("private.mp4") },
      ],
    },
    { line: 4, status: "VALID", issues: [] },
  ]);
  // The picture of a row shows its own clip, and that of the other one the background of the template.
  const stills = "query ($id: ID!) { batch(id: $id) { rows(first: 5) { nodes { still { url } } } } }";
  const [over, plain] = await eventually(async () => {
    const { data } = await system.client.ask(stills, { id });
    const [first, , third] = data.batch.rows.nodes;
    return first.still !== null && third.still !== null && [first.still.url, third.still.url];
  }, "both valid rows have a picture");
  const [[one], [other]] = [await framesAt(over), await framesAt(plain)];
  // Below the question: a light bar of the pattern.
  expect(difference([one, other], { x: 165, y: 95, width: 70, height: 75 })).toBeGreaterThan(20);
  await system.client.ask(
    "mutation ($id: ID!) { startBatch(input: { id: $id }) { __typename ... on Error { message } } }",
    { id },
  );
  await until("PARTIAL");
  expect((await read()).rows.nodes).toMatchObject([
    { status: "READY", video: { source: { composition: { background: { url: origin.url } } } } },
    { status: "INVALID", video: null },
    { status: "READY", video: { source: { composition: { background: null } } } },
  ]);
}, 240_000);
