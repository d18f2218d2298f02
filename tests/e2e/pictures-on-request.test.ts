/** Assets of a video on request: a poster at a chosen time, an animated preview, a download. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { objectKeys } from "@reelay/contracts";
import { createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { complaints } from "../../render-worker/testing/inspect.ts";
import { makeClip, testTools } from "../../render-worker/testing/kit.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";
import { startWorkerProcess } from "./worker-process.ts";

let system: System;
let store: ObjectStore;
let clip: string;
beforeAll(async () => {
  system = await startSystem();
  const { storeDirectory: directory, api } = system;
  store = createLocalObjectStore({ directory, publicBaseUrl: `${api.url}/media/` });
  const picture = "-f lavfi -i testsrc2=size=640x360:rate=25:duration=6";
  const coding = "-c:v libx264 -preset ultrafast -g 250 -pix_fmt yuv420p -c:a ac3 -shortest";
  const line = `${picture} -f lavfi -i sine=frequency=440:duration=6 ${coding}`;
  clip = await makeClip(join(system.directory, "clip.mp4"), line.split(" "));
});
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const extras = `query($id: ID!) { video(id: $id) { status
  poster { status url atMs job { id kind error { code } } }
  preview { status url contentType width height durationMs sizeBytes job { id kind tasks { kind progress attempts { outcome workerId } } } }
  download { status url sizeBytes variantName job { id kind } } playback { posterUrl } } }`;
const mutation = (name: string, args: string, given: string) =>
  `mutation($id: ID!${args}) { ${name}(input: { videoId: $id${given} }) { __typename ... on Video { id poster { status } preview { status } download { status } } ... on Error { code message } } }`;
const documents = {
  setPoster: mutation("setPoster", ", $atMs: Int!", ", atMs: $atMs"),
  requestPreview: mutation("requestPreview", "", ""),
  requestDownload: mutation("requestDownload", ", $height: Int", ", height: $height"),
};
const ask = async (name: keyof typeof documents, variables: Record<string, unknown>) => {
  const { data, errors } = await system.client.ask(documents[name], variables);
  expect(errors).toBeUndefined();
  return data[name];
};
const read = async (id: string) => (await system.client.ask(extras, { id })).data.video;
const patience = { timeoutMs: 60_000 };
const until = (
  id: string,
  field: "poster" | "preview" | "download",
  isSo: (it: { url: string }) => boolean = () => true,
) =>
  eventually(
    async () => {
      const video = await read(id);
      const it = video[field];
      return it?.status === "SUCCEEDED" && it.url !== null && isSo(it) && video;
    },
    `there is a ${field}`,
    patience,
  );
const keyOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1] ?? "";
const run = async (tool: "ffmpeg" | "ffprobe", ...args: string[]) =>
  await promisify(execFile)((await testTools())[tool].path, args, { maxBuffer: 1e8 });

async function save(url: string, name: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const path = join(system.directory, name);
  await writeFile(path, Buffer.from(await response.arrayBuffer()));
  return path;
}

async function readyVideo(title = "clip"): Promise<string> {
  const id = await system.client.upload(clip, { title });
  await system.client.watch(id);
  return id;
}

test("a poster at 2 s shows that frame at a new address, and the old poster stays until then", async () => {
  const id = await readyVideo();
  const before = await read(id);
  expect(before.poster).toMatchObject({ status: "SUCCEEDED", atMs: null, job: null });
  expect(before).toMatchObject({ preview: null, download: null });
  expect(await ask("setPoster", { id, atMs: 6_000_000 })).toMatchObject({
    ...{ __typename: "InvalidInputError", code: "POSTER_TIME_INVALID" },
  });

  await system.client.ask("mutation { pauseQueue { __typename } }");
  expect(await ask("setPoster", { id, atMs: 2_000 })).toMatchObject({ poster: { status: "QUEUED" } });
  const waiting = await read(id);
  expect(waiting.poster).toMatchObject({ url: before.poster.url, atMs: null, job: { kind: "POSTER" } });
  expect((await fetch(before.poster.url)).status).toBe(200);
  await system.client.ask("mutation { resumeQueue { __typename } }");

  const after = await until(id, "poster", ({ url }) => url !== before.poster.url);
  expect(after.poster.atMs).toBe(2_000);
  expect(after.playback.posterUrl).toBe(after.poster.url);
  expect((await fetch(after.poster.url)).headers.get("cache-control")).toContain("immutable");
  const poster = await save(after.poster.url, "poster.jpg");
  const own = join(system.directory, "own.png");
  await run("ffmpeg", "-v", "error", "-y", "-ss", "2", "-i", clip, "-frames:v", "1", own);
  const { stderr } = await run(
    ...(["ffmpeg", "-hide_banner", "-i", poster, "-i", own] as const),
    ...["-lavfi", "[0]format=yuv420p[a];[1]format=yuv420p[b];[a][b]ssim", "-f", "null", "-"],
  );
  const ssim = Number(/All:([\d.]+)/.exec(stderr)?.[1]);
  expect(ssim).toBeGreaterThan(0.95);
  // The old poster is removed, and the log contains both.
  await eventually(async () => (await fetch(before.poster.url)).status === 404, "the old one is removed");
  const types = `query($id: ID!) { changes(videoId: $id, types: ["video.poster-stored"]) { events { type data } } }`;
  const { data } = await system.client.ask(types, { id });
  expect(data.changes.events.map(({ data: told }: { data: unknown }) => told)).toEqual([{}, { atMs: 2_000 }]);
});

test("an animated preview is a short loop with all of its frames, and does not affect the video", async () => {
  const id = await readyVideo();
  // A worker may be quicker than the answer.
  expect(["QUEUED", "RUNNING"]).toContain((await ask("requestPreview", { id })).preview.status);
  await ask("requestPreview", { id });
  const { preview, status } = await until(id, "preview");
  expect(status).toBe("READY");
  expect(preview).toMatchObject({ width: 320, height: 180, durationMs: 3_000, job: { kind: "PREVIEW" } });
  expect(preview.job.tasks).toMatchObject([
    { kind: "PREVIEW", progress: 1, attempts: [{ outcome: "COMPLETED" }] },
  ]);
  const response = await fetch(preview.url);
  expect(response.headers.get("content-type")).toBe(preview.contentType);
  const path = await save(preview.url, "preview");
  const bytes = await readFile(path);
  expect(bytes.length).toBe(preview.sizeBytes);
  if (preview.contentType === "image/webp")
    // This format stores frame times in whole milliseconds.
    expect(framesOf(bytes)).toEqual({ frames: 36, durationMs: expect.closeTo(3_000, -1) });
  expect(await system.db.job.count({ where: { video: { id: keyOf(id) }, kind: "PREVIEW" } })).toBe(1);
});

/**
 * Of an animated WebP (https://developers.google.com/speed/webp/docs/riff_container): its ANMF chunks, and
 * how long they are shown.
 */
function framesOf(bytes: Buffer): { frames: number; durationMs: number } {
  let [frames, durationMs] = [0, 0];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    if (bytes.toString("latin1", at, at + 4) === "ANMF") {
      frames += 1;
      durationMs += bytes.readUIntLE(at + 8 + 12, 3);
    }
    at += 8 + size + (size % 2);
  }
  return { frames, durationMs };
}

test("a download requested later is one file with all frames and the audio, named after the title", async () => {
  const id = await system.client.upload(clip, { title: "Größe / Ein Film" });
  // It waits for the render.
  expect(await ask("requestDownload", { id })).toMatchObject({ download: { status: "PENDING" } });
  await system.client.watch(id);
  expect(await ask("requestDownload", { id, height: 100 })).toMatchObject({ code: "NO_VARIANT_FITS" });
  await Promise.all([ask("requestDownload", { id }), ask("requestDownload", { id })]);
  const { download } = await until(id, "download");
  expect(download).toMatchObject({ variantName: "360p", job: { kind: "DOWNLOAD" } });
  const answer = await fetch(download.url);
  // The address of a PUBLIC video's download does not reveal its title.
  expect(answer.headers.get("content-disposition")).toBe('attachment; filename="download.mp4"');
  const path = await save(download.url, "download.mp4");
  const entries = ["-show_entries", "stream=codec_type,nb_read_frames,duration", "-of", "json"];
  const { stdout } = await run("ffprobe", "-v", "error", "-count_frames", ...entries, path);
  const [video, audio] = JSON.parse(stdout).streams;
  expect(video).toMatchObject({ codec_type: "video", nb_read_frames: "150" });
  expect(audio.codec_type).toBe("audio");
  expect(Number(audio.duration)).toBeGreaterThan(5.9);
  expect(await complaints(path)).toBe("");
  await ask("requestDownload", { id });
  expect(await system.db.job.count({ where: { video: { id: keyOf(id) }, kind: "DOWNLOAD" } })).toBe(1);
});

test("a killed worker only delays an asset, and deleting the video removes everything", async () => {
  await using lonely = await startSystem({ workers: 0 });
  const maker = await lonely.startWorker({ workerId: "maker" });
  const id = await lonely.client.upload(clip, { title: "clip" });
  await lonely.client.watch(id);
  await maker[Symbol.asyncDispose]();
  const videoId = keyOf(id);
  await using victim = startWorkerProcess(lonely, "victim", "preview");
  await eventually(
    async () => (await lonely.db.worker.count({ where: { id: "victim", isStopping: false } })) === 1,
    "a worker of its own is there",
    patience,
  );
  await lonely.client.ask(documents.requestPreview, { id });
  await eventually(
    async () => (await lonely.db.attempt.count({ where: { task: { kind: "PREVIEW" } } })) === 1,
    "it has begun, and will never end",
    patience,
  );
  await victim.kill();
  await lonely.db.attempt.updateMany({
    where: { outcome: null, task: { kind: "PREVIEW" } },
    data: { leaseUntil: new Date(0) },
  });
  await using _heir = await lonely.startWorker({ workerId: "heir" });
  await eventually(
    async () =>
      (await lonely.db.job.count({ where: { videoId, kind: "PREVIEW", status: "SUCCEEDED" } })) === 1,
    "the preview is made",
    patience,
  );
  const preview = await lonely.db.asset.findFirstOrThrow({ where: { videoId, kind: "PREVIEW" } });
  expect(preview.result).toMatchObject({ width: 320 });

  await lonely.client.ask("mutation($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", { id });
  const own = createLocalObjectStore({ directory: lonely.storeDirectory, publicBaseUrl: "http://store/" });
  await using _own = own;
  await eventually(
    async () => (await Array.fromAsync(own.list(objectKeys.video(videoId)))).length === 0,
    "nothing is left in the store",
  );
  expect(await lonely.db.job.count({ where: { videoId } })).toBe(0);
});
