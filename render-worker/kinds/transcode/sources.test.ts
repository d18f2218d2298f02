import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { VariantState } from "@reelay/contracts";
import HLS from "hls-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { complaints, firstPictureType, inspect, leadingSilence } from "../../testing/inspect.ts";
import { makeClip, startWorker, temporaryDirectory, testTools, withAllDecoders } from "../../testing/kit.ts";

/** Kinds of sources that people have: what each is made with, and what viewers must get. */
interface SourceCase {
  promise: string;
  file: string;
  args: string;
  needs?: string;
  /** Pixels of the top variant. */
  size: [number, number];
  frames?: number;
  durationMs: number;
  hasAudio: boolean;
  silenceSeconds?: number;
}

const picture = (size: string, rate: string | number, seconds: number) =>
  `-f lavfi -i testsrc2=s=${size}:r=${rate}:d=${seconds}`;
const sound = (seconds: number) => `-f lavfi -i sine=440:d=${seconds}`;
const h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

const cases: SourceCase[] = [
  {
    promise: "a landscape MP4",
    file: "a.mp4",
    args: `${picture("640x360", 30, 5)} ${sound(5)} ${h264} -bf 3 -c:a aac`,
    size: [640, 360],
    frames: 150,
    durationMs: 5_000,
    hasAudio: true,
  },
  {
    promise: "30000/1001 frames per second",
    file: "b.mp4",
    args: `${picture("320x240", "30000/1001", 3)} ${h264}`,
    size: [320, 240],
    frames: 90,
    durationMs: 3_003,
    hasAudio: false,
  },
  {
    promise: "60 frames per second, halved for small rungs",
    file: "c.mkv",
    args: `${picture("320x240", 60, 2)} ${h264}`,
    size: [320, 240],
    frames: 60,
    durationMs: 2_000,
    hasAudio: false,
  },
  {
    promise: "120 frames per second, every fourth for small rungs",
    file: "d.mp4",
    args: `${picture("320x240", 120, 2)} ${h264}`,
    size: [320, 240],
    frames: 60,
    durationMs: 2_000,
    hasAudio: false,
  },
  {
    promise: "an odd size",
    file: "e.mp4",
    args: `${picture("321x241", 25, 2)} -c:v libx264 -preset ultrafast -pix_fmt yuv444p`,
    size: [320, 240],
    frames: 50,
    durationMs: 2_000,
    hasAudio: false,
  },
  {
    promise: "wide pixels",
    file: "f.mp4",
    args: `${picture("720x576", 25, 2)} -vf setsar=64/45 ${h264}`,
    size: [1024, 576],
    frames: 50,
    durationMs: 2_000,
    hasAudio: false,
  },
  {
    promise: "frames at uneven times",
    file: "g.mp4",
    args: `${picture("320x240", 30, 4)} -vf select='mod(n,7)+lt(n,20)' -fps_mode vfr ${h264}`,
    size: [320, 240],
    frames: 105,
    durationMs: 4_000,
    hasAudio: false,
  },
  {
    promise: "sound that begins late",
    file: "h.mp4",
    args: `${picture("320x240", 30, 3)} -itsoffset 0.7 ${sound(2)} ${h264} -c:a aac`,
    size: [320, 240],
    frames: 90,
    durationMs: 3_000,
    hasAudio: true,
    silenceSeconds: 0.7,
  },
  {
    promise: "a picture that begins late",
    file: "i.mkv",
    args: `-itsoffset 0.5 ${picture("320x240", 30, 3)} ${sound(3.5)} ${h264} -c:a pcm_s16le`,
    size: [320, 240],
    frames: 90,
    durationMs: 3_500,
    hasAudio: true,
  },
  {
    promise: "VP9 and Opus in WebM",
    file: "j.webm",
    args: `${picture("320x240", 30, 2)} ${sound(2)} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus`,
    size: [320, 240],
    frames: 60,
    durationMs: 2_007,
    hasAudio: true,
  },
  {
    promise: "MPEG-TS with B-frames and a clock that begins anywhere",
    file: "k.ts",
    args: `${picture("320x240", "24000/1001", 3)} ${sound(3)} ${h264} -bf 3 -c:a aac -output_ts_offset 5000`,
    size: [320, 240],
    frames: 72,
    durationMs: 3_026,
    hasAudio: true,
  },
  {
    promise: "MPEG-4 and MP3 in AVI",
    file: "l.avi",
    args: `${picture("320x240", 25, 2)} ${sound(2)} -c:v mpeg4 -c:a libmp3lame`,
    size: [320, 240],
    frames: 50,
    durationMs: 2_040,
    hasAudio: true,
  },
  {
    promise: "interlaced MPEG-2",
    file: "m.mpg",
    args: `${picture("720x576", 25, 2)} -vf setsar=64/45 -flags +ilme+ildct -c:v mpeg2video -b:v 4M`,
    size: [1024, 576],
    frames: 50,
    durationMs: 2_000,
    hasAudio: false,
  },
  {
    promise: "10-bit HEVC in high dynamic range",
    file: "n.mp4",
    args: `${picture("320x240", 30, 2)} -pix_fmt yuv420p10le -c:v libx265 -preset ultrafast -x265-params log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc`,
    needs: "libx265",
    size: [320, 240],
    frames: 60,
    durationMs: 2_000,
    hasAudio: false,
  },
  {
    promise: "a raw H.264 stream without any clock",
    file: "o.h264",
    args: `${picture("320x240", 25, 2)} ${h264}`,
    size: [320, 240],
    frames: 50,
    durationMs: 2_000,
    hasAudio: false,
  },
  {
    promise: "a small GIF",
    file: "p.gif",
    args: picture("100x80", 10, 2),
    size: [100, 80],
    frames: 20,
    durationMs: 2_000,
    hasAudio: false,
  },
];

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

/** What holds of every rendition, whatever the source. */
async function assertPlayable(playlist: string): Promise<void> {
  HLS.setOptions({ strictMode: true });
  HLS.parse(await readFile(playlist, "utf8"));
  expect(await complaints(playlist)).toBe("");
}

const made = (variants: VariantState[]) => variants.filter(({ status }) => status === "READY");

describe.each(cases)(
  "$promise",
  ({ file, args, needs, size, frames, durationMs, hasAudio, silenceSeconds }) => {
    test("becomes a stream with every frame, in the right size and time", async ({ skip }) => {
      const { encoders } = await testTools();
      if (needs) skip(!encoders.includes(needs), `this ffmpeg has no ${needs} to make the source with`);
      const clip = await makeClip(join(clips.path, file), words(args));
      const end = await worker.end(await worker.request(clip));
      expect(end).toMatchObject({ type: "task.completed.v1" });
      const variants = made(end.result.variants);
      expect([variants.at(-1)?.width, variants.at(-1)?.height]).toEqual(size);
      for (const variant of [variants[0], variants.at(-1)]) {
        if (!variant?.playlist) throw new Error("a ready variant has a playlist");
        const playlist = worker.store.path(variant.playlist.key);
        await assertPlayable(playlist);
        const found = await inspect(playlist);
        expect(found).toEqual({
          width: variant.width,
          height: variant.height,
          pixelAspect: "1:1",
          startTime: 0,
          frames,
        });
        expect(Math.abs(variant.playlist.durationMs - durationMs)).toBeLessThanOrEqual(45);
        const directory = dirname(playlist);
        for (const segment of (await readdir(directory)).filter((name) => name.endsWith(".m4s"))) {
          expect(await firstPictureType(directory, segment), segment).toBe(5);
        }
      }
      expect(end.result.audio !== null).toBe(hasAudio);
      const audio = end.result.audio?.playlist;
      if (!audio) return;
      await assertPlayable(worker.store.path(audio.key));
      expect((await inspect(worker.store.path(audio.key), "a")).startTime).toBe(0);
      expect(await leadingSilence(worker.store.path(audio.key))).toBeCloseTo(silenceSeconds ?? 0, 1);
    });
  },
);

test("a picture that is turned by its metadata is turned for viewers", async () => {
  const flat = await makeClip(join(clips.path, "flat.mp4"), words(`${picture("640x360", 30, 2)} ${h264}`));
  // Releases before 6 have no such option and write a tag instead, counted the other way round.
  const clip = await makeClip(join(clips.path, "turned.mp4"), [
    "-display_rotation",
    "-90",
    "-i",
    flat,
    "-c",
    "copy",
  ]).catch(() =>
    makeClip(join(clips.path, "turned.mp4"), ["-i", flat, "-c", "copy", "-metadata:s:v:0", "rotate=270"]),
  );
  const end = await worker.end(await worker.request(clip));
  expect(end.result.source?.probe?.video).toMatchObject({ rotation: 90, width: 360, height: 640 });
  const top = made(end.result.variants).at(-1);
  expect(await inspect(worker.store.path(top?.playlist?.key ?? ""))).toMatchObject({
    width: 360,
    height: 640,
    frames: 60,
  });
});

describe("what is no video is refused for good, and says why", () => {
  const refusals: [string, string, (path: string) => Promise<unknown>][] = [
    ["an empty file", "SOURCE_EMPTY", (path) => writeFile(path, "")],
    ["text", "SOURCE_NOT_A_VIDEO", (path) => writeFile(path, "hello, this is a letter\n".repeat(100))],
    ["noise", "SOURCE_NOT_A_VIDEO", (path) => writeFile(path, Buffer.alloc(50_000, "a9f3k2"))],
    [
      "a playlist",
      "SOURCE_NOT_A_VIDEO",
      (path) => writeFile(path, "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n"),
    ],
    ["sound alone", "SOURCE_HAS_NO_VIDEO", (path) => makeClip(path, words(`${sound(1)} -c:a aac -f mp4`))],
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
