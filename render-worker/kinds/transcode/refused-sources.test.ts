import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { makeClip, startWorker, temporaryDirectory, withAllDecoders } from "../../testing/kit.ts";

const picture = (size: string, rate: string | number, seconds: number) =>
  `-f lavfi -i testsrc2=s=${size}:r=${rate}:d=${seconds}`;
const audio = (seconds: number) => `-f lavfi -i sine=440:d=${seconds}`;
const h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;

beforeAll(async () => {
  clips = await temporaryDirectory();
  worker = await startWorker(withAllDecoders);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await clips[Symbol.asyncDispose]();
});

describe("a file that is not a complete video is rejected with the reason", () => {
  const refusals: [string, string, (path: string) => Promise<unknown>][] = [
    ["an empty file", "SOURCE_EMPTY", (path) => writeFile(path, "")],
    ["text", "SOURCE_NOT_A_VIDEO", (path) => writeFile(path, "hello, this is a letter\n".repeat(100))],
    ["noise", "SOURCE_NOT_A_VIDEO", (path) => writeFile(path, Buffer.alloc(50_000, "a9f3k2"))],
    [
      "a playlist",
      "SOURCE_NOT_A_VIDEO",
      (path) => writeFile(path, "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n"),
    ],
    ["audio alone", "SOURCE_HAS_NO_VIDEO", (path) => makeClip(path, words(`${audio(1)} -c:a aac -f mp4`))],
    [
      "a picture",
      "SOURCE_NOT_A_VIDEO",
      (path) => makeClip(path, words(`${picture("64x64", 1, 1)} -frames:v 1 -f image2 -c:v png`)),
    ],
    [
      "too many pixels",
      "SOURCE_TOO_MANY_PIXELS",
      (path) => makeClip(path, words(`${picture("8000x5000", 1, 1)} -c:v mpeg4 -f mp4 -frames:v 1`)),
    ],
    ["an MP4 cut off before its index", "SOURCE_TRUNCATED", (path) => cutOff(path, "")],
    ["an MP4 cut off after its index", "SOURCE_TRUNCATED", (path) => cutOff(path, "-movflags +faststart")],
  ];
  test.each(refusals)("%s is %s", async (name, code, make) => {
    const path = join(clips.path, `${name}.bin`);
    await make(path);
    const end = await worker.end(await worker.request(path));
    expect(end).toMatchObject({
      type: "task.failed.v1",
      outcome: "REJECTED",
      error: { code, retriable: false, scope: "INPUT" },
    });
    expect(await worker.store.keys(`videos/${end.videoId}/attempts/`)).toEqual([]);
  });

  async function cutOff(path: string, options: string): Promise<void> {
    await makeClip(path, words(`${picture("320x240", 30, 2)} ${h264} ${options} -f mp4`));
    await truncate(path, 20_000);
  }
});
