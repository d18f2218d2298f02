import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Message, WorkerSeen } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNoJail } from "../../jail/no-jail.ts";
import { words } from "../../media/ffmpeg/words.ts";
import { complaints, inspect } from "../../testing/inspect.ts";
import { defaultProfile, gpuTools, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";

let files: Awaited<ReturnType<typeof temporaryDirectory>>;
let clip: string;
let gpu: Awaited<ReturnType<typeof gpuTools>>;

beforeAll(async () => {
  files = await temporaryDirectory();
  gpu = await gpuTools(files.path);
  clip = await makeClip(join(files.path, "clip.mp4"), [
    ...words("-f lavfi -i testsrc2=s=640x360:r=30:d=5 -f lavfi -i sine=440:d=5"),
    ...words("-c:v libx264 -preset ultrafast -c:a aac"),
  ]);
});

const withoutJail = Promise.resolve(createNoJail());

afterAll(() => files[Symbol.asyncDispose]());

const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(1, 3) };

test("a worker detects its GPU, reports its encoders and decoders, and keeps frames on it between them", async () => {
  const { tools } = gpu;
  expect(tools.capabilities).toMatchObject({
    devices: [{ id: "0", kind: "CUDA", name: "NVIDIA Test" }],
    encoders: expect.arrayContaining([
      { name: "h264_nvenc", codec: "H264", device: "0", deviceName: "NVIDIA Test" },
      { name: "libx264", codec: "H264", device: null, deviceName: null },
    ]),
    decoders: expect.arrayContaining([
      { name: "cuda", codec: "h264", device: "0", deviceName: "NVIDIA Test" },
    ]),
  });
  // Tried, and rejected by the device.
  expect(tools.encoders).not.toContain("hevc_nvenc");

  await using worker = await startWorker({}, tools, withoutJail);
  const end = await worker.end(await worker.request(clip, { profile }));
  expect(end).toMatchObject({ type: "task.completed.v1" });
  expect(end.result.encoderChanges).toBeUndefined();
  const key = `videos/${end.videoId}/attempts/${end.attemptId}/manifest.json`;
  const manifest = JSON.parse(await readFile(worker.store.path(key), "utf8"));
  expect(manifest.madeBy.encoders).toMatchObject({
    "360p": expect.stringContaining("h264_nvenc on NVIDIA Test"),
  });
  expect(manifest.madeBy.commands.flat().join(" ")).toContain("-hwaccel cuda");
});

test("an encoder that fails is replaced within the attempt and reported; after two failures it is disabled", async () => {
  const { tools, breaks } = gpu;
  await using worker = await startWorker({}, tools, withoutJail);
  await breaks(
    "h264_nvenc",
    "[h264_nvenc @ 0x55d0c8a5c2c0] EncodePicture failed!: generic error (20): (no details)\nError submitting video frame to the encoder",
  );

  const task = await worker.request(clip, { profile });
  const end = await worker.end(task);
  expect(end).toMatchObject({ type: "task.completed.v1" });
  expect(end.result.encoderChanges).toMatchObject([
    {
      from: "h264_nvenc on NVIDIA Test",
      to: "libx264, decoded by NVDEC",
      reason: "EncodePicture failed!: generic error (20): (no details)",
      variants: ["240p", "360p"],
    },
  ]);
  const ready = end.result.variants.filter(({ status, name }) => status === "READY" && name !== "source");
  expect(ready.map(({ name }) => name)).toEqual(["240p", "360p"]);
  for (const { playlist } of ready) {
    const path = worker.store.path(playlist?.key ?? "");
    expect((await inspect(path)).frames).toBe(150);
    expect(await complaints(path)).toBe("");
  }
  // In a new folder: players may still be reading the failed one's output.
  const prefix = `videos/${task.videoId}/attempts/${end.attemptId}/`;
  expect(ready[0]?.playlist?.key).toBe(`${prefix}240p.2/index.m3u8`);
  expect(worker.messaging.ofType("task.started.v1")).toHaveLength(1);

  const isWithout = (message: Message): message is WorkerSeen =>
    message.type === "worker.seen.v1" && !message.offer.encoders.includes("h264_nvenc");
  expect(worker.messaging.published.some(isWithout)).toBe(false);
  await worker.end(await worker.request(clip, { profile }));
  const seen = await worker.messaging.until(isWithout);
  expect(seen.offer.capabilities?.encoders.map(({ name }) => name)).not.toContain("h264_nvenc");
});

test("a device decoder that fails is replaced by software, while encoders stay on the device", async () => {
  const { tools, breaks } = gpu;
  await using worker = await startWorker({}, tools, withoutJail);
  await breaks("-hwaccel", "[h264 @ 0x55d0c8a5c2c0] No decoder surfaces left");
  const end = await worker.end(await worker.request(clip, { profile }));
  expect(end).toMatchObject({ type: "task.completed.v1" });
  expect(end.result.encoderChanges).toMatchObject([
    {
      from: "NVDEC on NVIDIA Test",
      to: "h264_nvenc on NVIDIA Test",
      reason: "No decoder surfaces left",
    },
  ]);
});

test("a part of a long video is also rendered again after an encoder fails, in a separate folder", async () => {
  const { tools, breaks } = gpu;
  await using worker = await startWorker({}, tools, withoutJail);
  await breaks(
    "h264_nvenc",
    "[h264_nvenc @ 0x55d0c8a5c2c0] EncodePicture failed!: generic error (20): (no details)",
  );
  const part = { kind: "HEAD", wholeUpToMs: 1_000, headMs: 4_000 } as const;
  const end = await worker.end(await worker.request(clip, { profile, part }));
  expect(end).toMatchObject({
    type: "task.completed.v1",
    result: { encoderChanges: [{ to: "libx264, decoded by NVDEC" }] },
  });
  const pictures = end.result.parts?.filter(({ rendition }) => rendition !== "audio") ?? [];
  expect(pictures).toHaveLength(2);
  for (const { rendition, initKey, segments, isComplete } of pictures) {
    expect(initKey).toContain(`/${rendition}.2/`);
    expect(isComplete).toBe(true);
    expect(segments.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBe(4_000);
  }
});

test("a chunk uses the encoder of its head even if a faster one is available", async () => {
  await gpu.breaks("nothing of this command line", "");
  await using worker = await startWorker({}, gpu.tools, withoutJail);
  const part = { kind: "HEAD", wholeUpToMs: 1_000, headMs: 4_000 } as const;
  const head = await worker.end(await worker.request(clip, { profile, part }));
  expect(head.result.split?.encoders).toEqual({ "240p": "h264_nvenc", "360p": "h264_nvenc" });
  const madeBy = async (encoder: string) => {
    const ladder = head.result.variants
      .filter(({ status }) => status === "RENDERING")
      .map((variant) => Object.assign(variant, { encoder }));
    const chunk = { kind: "CHUNK", startMs: 4_000, endMs: null } as const;
    const end = await worker.end(await worker.request(clip, { profile, part: chunk, ladder }));
    if (end.type !== "task.completed.v1") throw new Error(`the chunk ended as ${end.type}`);
    return end.account?.provenance;
  };
  expect(JSON.stringify(await madeBy("libx264"))).not.toContain("h264_nvenc");
  expect(JSON.stringify(await madeBy("h264_nvenc"))).toContain("h264_nvenc");
  expect(JSON.stringify(await madeBy("h264_qsv"))).toContain("h264_nvenc");
});
