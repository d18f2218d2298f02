import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import HLS from "hls-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { complaints } from "../../render-worker/testing/inspect.ts";
import { makeClip, testTools } from "../../render-worker/testing/kit.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const seconds = 18;
let system: System;
beforeAll(async () => {
  system = await startSystem({ wholeUpToMs: 10_000 });
});
afterAll(() => system[Symbol.asyncDispose]());

const clip = (name: string, audio: string, ...flags: string[]) =>
  makeClip(
    join(system.directory, name),
    [
      `-f lavfi -i testsrc2=size=320x180:rate=30:duration=${seconds} -f lavfi -i sine=frequency=440:duration=${seconds}`,
      `-c:v libx264 -preset ultrafast -g 60 -pix_fmt yuv420p -c:a ${audio} -shortest`,
    ]
      .join(" ")
      .split(" ")
      .concat(flags),
  );

/** A client that sends its file in steps of the test's own. */
async function beginUpload(path: string) {
  const bytes = await readFile(path);
  const { id, uploadUrl } = await system.client.createUpload(path);
  let offset = 0;
  const tus = { "tus-resumable": "1.0.0" };
  return {
    id,
    /** Sends up to this share of the file. */
    async sendTo(share: number): Promise<void> {
      const end = Math.round(bytes.length * share);
      const { status } = await fetch(uploadUrl, {
        method: "PATCH",
        headers: { ...tus, "upload-offset": `${offset}`, "content-type": "application/offset+octet-stream" },
        body: bytes.subarray(offset, end),
      });
      expect(status).toBe(204);
      offset = end;
    },
    async stored(): Promise<number> {
      const { headers } = await fetch(uploadUrl, { method: "HEAD", headers: tus });
      return Number(headers.get("upload-offset")) / bytes.length;
    },
    terminate: () => fetch(uploadUrl, { method: "DELETE", headers: tus }),
  };
}

const probe = async (...args: string[]) =>
  await promisify(execFile)((await testTools()).ffprobe.path, args, { maxBuffer: 1e8 });

async function pictureTimes(url: string): Promise<number[]> {
  const { stdout } = await probe(
    ...["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", url],
  );
  const times = stdout
    .trim()
    .split("\n")
    .map((line) => Number(line.split(",")[0]));
  return times.toSorted((a, b) => a - b);
}

/** The addresses of the pictures' playlists. */
async function variantUrls(masterUrl: string): Promise<string[]> {
  HLS.setOptions({ strictMode: true });
  const master = HLS.parse(await (await fetch(masterUrl)).text()) as HLS.types.MasterPlaylist;
  return master.variants.map(({ uri }) => String(new URL(uri, masterUrl)));
}

async function playlists(masterUrl: string) {
  return await Promise.all(
    (await variantUrls(masterUrl)).map(async (url) => {
      const media = HLS.parse(await (await fetch(url)).text()) as HLS.types.MediaPlaylist;
      return {
        durations: media.segments.map(({ duration }) => Math.round(duration)),
        isEnded: media.endlist,
      };
    }),
  );
}

async function expectWhole(id: string): Promise<void> {
  const { playback } = await system.client.video(id);
  expect((await playlists(playback.hlsUrl)).every(({ isEnded }) => isEnded)).toBe(true);
  for (const url of await variantUrls(playback.hlsUrl)) {
    const times = await pictureTimes(url);
    expect(times).toHaveLength(seconds * 30);
    // Where audio begins before the pictures the first of them stands a little longer.
    const wrong = times.filter(
      (time, index) => index > 0 && Math.abs(time - (times[1] ?? 0) - (index - 1) / 30) > 0.001,
    );
    expect(wrong).toEqual([]);
  }
  expect(await complaints(playback.hlsUrl, ["0:v", "0:a"])).toBe("");
}

/** A video's key in the database, by its global id. */
const keyOf = (id: string): string => Buffer.from(id, "base64").toString().replace("Video:", "");

const attemptsOf = (id: string) =>
  system.db.attempt.findMany({
    where: { task: { job: { videoId: keyOf(id) } } },
    include: { task: true },
    orderBy: { startedAt: "asc" },
  });

test.each([
  {
    name: "an MP4 that players take as it is",
    file: "standard.mp4",
    audio: "aac",
    flags: ["-movflags", "+faststart"],
  },
  {
    name: "an MP4 whose audio is encoded",
    file: "other.mp4",
    audio: "ac3",
    flags: ["-movflags", "+faststart"],
  },
  { name: "a Matroska file", file: "clip.mkv", audio: "aac", flags: [] },
  { name: "a transport stream", file: "clip.ts", audio: "aac", flags: [] },
])(
  "the head of $name plays before the upload completes, and the whole video has every frame once",
  async ({ file, audio, flags }) => {
    const upload = await beginUpload(await clip(file, audio, ...flags));
    const connected = Promise.withResolvers<void>();
    const playing = system.client.watch(upload.id, ({ status }) => {
      connected.resolve();
      return status === "PLAYABLE" || status === "FAILED";
    });
    await connected.promise;
    for (const share of [0.01, 0.3, 0.6, 0.7]) await upload.sendTo(share);
    const states = await playing;
    expect([...new Set(states.map(({ status }) => status))]).toEqual(["AWAITING_SOURCE", "PLAYABLE"]);
    expect(await upload.stored()).toBeCloseTo(0.7);

    // Only the head is rendered, and no worker is occupied while the client pauses.
    await eventually(
      async () => (await system.client.video(upload.id)).jobs.edges[0].node.status === "PENDING",
      "it waits for the rest",
    );
    const { playback, jobs } = await system.client.video(upload.id);
    expect(jobs.edges[0].node.waitReason).toMatch(/source/);
    expect(await playlists(playback.hlsUrl)).toEqual([
      { durations: [1, 1, 2, 4], isEnded: false },
      { durations: [1, 1, 2, 4], isEnded: false },
    ]);

    await upload.sendTo(1);
    const end = (await system.client.watch(upload.id)).at(-1);
    expect(end).toMatchObject({ status: "READY", progress: 1 });
    await expectWhole(upload.id);
    const attempts = await attemptsOf(upload.id);
    expect(attempts.filter(({ task }) => task.kind === "RENDER").map(({ outcome }) => outcome)).toEqual([
      "INTERRUPTED",
      "COMPLETED",
    ]);
    // The head was rendered once.
    const folders = await readdir(
      join(system.storeDirectory, "videos", keyOf(upload.id), "attempts", attempts[1]?.id ?? ""),
    ).catch(() => []);
    expect(folders).not.toContain("144p");
    const source = await system.db.source.findUniqueOrThrow({ where: { videoId: keyOf(upload.id) } });
    expect(source.probe).toMatchObject({ sizeBytes: Number(source.sizeBytes) });
  },
);

test("a file whose index is at the end waits for its last byte", async () => {
  const upload = await beginUpload(await clip("index-last.mp4", "aac"));
  for (const share of [0.5, 0.9]) await upload.sendTo(share);
  expect(await system.client.video(upload.id)).toMatchObject({ status: "AWAITING_SOURCE" });
  await upload.sendTo(1);
  expect((await system.client.watch(upload.id)).at(-1)).toMatchObject({ status: "READY" });
  await expectWhole(upload.id);
  const attempts = await attemptsOf(upload.id);
  expect(attempts.every(({ outcome }) => outcome === "COMPLETED")).toBe(true);
});

test("an upload abandoned after its head played leaves a failed video with the reason and an empty store", async () => {
  const upload = await beginUpload(await clip("given-up.mp4", "aac", "-movflags", "+faststart"));
  const playing = system.client.watch(upload.id, ({ status }) => status === "PLAYABLE");
  await upload.sendTo(0.8);
  await playing;
  expect((await upload.terminate()).status).toBe(204);
  const end = (await system.client.watch(upload.id)).at(-1);
  expect(end).toMatchObject({ status: "FAILED", error: { code: "UPLOAD_TERMINATED" } });
  const key = keyOf(upload.id);
  const left = async (...path: string[]) =>
    (
      await readdir(join(system.storeDirectory, ...path), { recursive: true, withFileTypes: true }).catch(
        () => [],
      )
    )
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  await eventually(
    async () => expect(await left("videos", key)).toEqual(["status.json"]),
    "what was made of it is gone",
  );
  const uploaded = await left(".store-uploads");
  for (const name of [key, `${key}.json`]) expect(uploaded).not.toContain(name);
  expect((await attemptsOf(upload.id)).every(({ outcome }) => outcome !== null)).toBe(true);
});

test("while a client pauses its upload, the only worker renders another video, and the upload then resumes", async () => {
  const upload = await beginUpload(await clip("paused.mp4", "aac", "-movflags", "+faststart"));
  const playing = system.client.watch(upload.id, ({ status }) => status === "PLAYABLE");
  await upload.sendTo(0.75);
  await playing;
  const other = await system.client.upload(
    await makeTestClip(join(system.directory, "meanwhile.mp4"), { seconds: 2, size: "320x180" }),
  );
  expect((await system.client.watch(other)).at(-1)).toMatchObject({ status: "READY" });
  expect(await system.client.video(upload.id)).toMatchObject({ status: "PLAYABLE" });
  expect(await upload.stored()).toBeCloseTo(0.75);
  await upload.sendTo(1);
  expect((await system.client.watch(upload.id)).at(-1)).toMatchObject({ status: "READY", progress: 1 });
  await expectWhole(upload.id);
});
