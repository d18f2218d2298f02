import { readFile } from "node:fs/promises";
import { join } from "node:path";
import HLS from "hls-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../../media/ffmpeg/words.ts";
import { complaints, firstPictures, inspect } from "../../../testing/inspect.ts";
import { makeClip, startWorker, temporaryDirectory, testTools } from "../../../testing/kit.ts";
import { runTool } from "../../../testing/run-tool.ts";
import { stateOf } from "../../../testing/to-message.ts";

const picture = (size: string, rate: string | number, seconds: number) =>
  `-f lavfi -i testsrc2=s=${size}:r=${rate}:d=${seconds}`;
const audio = (seconds: number) => `-f lavfi -i sine=440:d=${seconds}`;
const h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;

beforeAll(async () => {
  clips = await temporaryDirectory();
  worker = await startWorker();
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await clips[Symbol.asyncDispose]();
});

const render = async (file: string, args: string) => {
  const clip = await makeClip(join(clips.path, file), words(args));
  const end = await worker.end(await worker.request(clip));
  expect(end).toMatchObject({ type: "task.completed.v1" });
  const variant = (name: string) => end.result.variants.find((each) => each.name === name);
  const path = (key: string | undefined) => worker.store.path(key ?? "");
  return { clip, end, variant, path, reasons: end.result.source?.nonStandardReasons };
};

/** Display time of each frame in milliseconds, in order. */
async function shownAt(path: string, kind: "v" | "a" = "v"): Promise<number[]> {
  const { ffprobe } = await testTools();
  const { stdout } = await runTool(
    ffprobe.path,
    [
      ...words(`-v error -select_streams ${kind} -show_entries frame=best_effort_timestamp_time -of csv=p=0`),
      path,
    ],
    { timeoutMs: 150_000 },
  );
  return stdout
    .split("\n")
    .filter((line) => line.trim())
    .map((line) => Number.parseFloat(line) * 1000);
}

const largestDifference = (a: number[], b: number[]) =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? Number.NaN))), 0);

describe("a source that players accept unchanged", () => {
  const cases: [string, string, string][] = [
    [
      "a source with B-frames and uneven keyframes",
      "uneven.mp4",
      `${picture("320x240", 30, 13)} ${audio(13)} ${h264} -bf 3 -g 120 -force_key_frames 0,0.9,1,6.5,6.6,10.1 -c:a aac -ac 2`,
    ],
    [
      "a source with its index first, a fractional frame rate and mono audio",
      "first.mov",
      `${picture("320x240", "30000/1001", 6)} ${audio(6)} ${h264} -bf 2 -g 30 -movflags +faststart -c:a aac -ac 1 -ar 48000`,
    ],
    [
      "a source whose video starts late",
      "late.mp4",
      `-itsoffset 0.4 ${picture("320x240", 25, 5)} ${audio(5)} ${h264} -bf 2 -g 50 -c:a aac`,
    ],
  ];
  test.each(cases)(
    "%s becomes the variant `source`, frame-aligned with the other variants",
    async (_, file, args) => {
      const { clip, end, variant, path, reasons } = await render(file, args);
      expect(reasons).toEqual([]);
      const source = variant("source");
      expect(source).toMatchObject({ status: "READY", codec: "H264", playlist: { isComplete: true } });
      const playlist = path(source?.playlist?.key);
      HLS.setOptions({ strictMode: true });
      const parsed = HLS.parse(await readFile(playlist, "utf8"));
      if (parsed.isMasterPlaylist) throw new Error("a media playlist was expected");
      for (const { duration } of parsed.segments) {
        expect(Math.round(duration)).toBeLessThanOrEqual(parsed.targetDuration);
      }
      expect(await complaints(playlist)).toBe("");
      expect(new Set(await firstPictures(playlist))).toEqual(new Set([5]));

      const times = await shownAt(playlist);
      const encoded = await shownAt(path(variant("144p")?.playlist?.key));
      expect(times[0]).toBe(0);
      expect(times).toHaveLength((await inspect(clip)).frames);
      expect(encoded).toHaveLength(times.length);
      expect(largestDifference(times, encoded)).toBeLessThanOrEqual(1);

      const audioTracks = path(end.result.audio?.playlist?.key);
      expect(await complaints(audioTracks)).toBe("");
      expect((await inspect(audioTracks, "a")).startTime).toBe(0);
    },
  );

  test("its audio is copied packet by packet, without priming, and is as long as the video", async () => {
    const { end, clip, path } = await render(
      "audio.mp4",
      `${picture("320x240", 30, 5)} ${audio(5)} ${h264} -g 60 -c:a aac -b:a 96k -ac 2 -ar 48000`,
    );
    const { ffprobe } = await testTools();
    const packets = async (file: string) => {
      const args = words("-v error -select_streams a -show_entries packet=size,pts_time -of csv=p=0");
      const { stdout } = await runTool(ffprobe.path, [...args, file], { timeoutMs: 150_000 });
      return stdout
        .trim()
        .split("\n")
        .filter((line) => line.includes(","))
        .map((line) => line.split(",").map(Number));
    };
    const source = (await packets(clip)).filter(([time]) => (time ?? 0) >= 0);
    const copied = await packets(path(end.result.audio?.playlist?.key));
    expect(copied.map(([, size]) => size)).toEqual(source.map(([, size]) => size));
    expect(
      largestDifference(
        copied.map(([time = 0]) => time),
        source.map(([time = 0]) => time),
      ),
    ).toBeLessThanOrEqual(0.001);
    expect(end.result.audio).toMatchObject({
      channels: 2,
      playlist: { codecs: "mp4a.40.2", isComplete: true },
    });
  });

  test("is playable before any variant is encoded", async () => {
    const { end } = await render(
      "early.mp4",
      `${picture("640x360", 30, 6)} ${audio(6)} ${h264} -g 60 -c:a aac`,
    );
    const states = worker.messaging.published.flatMap((message) =>
      "result" in message && message.attemptId === end.attemptId ? [stateOf(message)] : [],
    );
    const playable = states.find(
      ({ variants, audio }) => audio?.playlist && variants.some((v) => v.playlist),
    );
    expect(playable?.variants.filter(({ playlist }) => playlist).map(({ name }) => name)).toEqual(["source"]);
  });

  test("is not copied again by a later attempt", async () => {
    const { clip, end } = await render("kept.mp4", `${picture("320x240", 30, 2)} ${h264}`);
    const { variants, audio } = end.result;
    const written = worker.store.writes.length;
    const kept = variants.filter(({ name }) => name === "source");
    const again = await worker.end(await worker.request(clip, { keep: { variants: kept, audio } }));
    expect(again.result.variants.at(-1)).toEqual(kept[0]);
    const keys = worker.store.writes.slice(written).map(({ key }) => key);
    expect(keys.filter((key) => key.includes("/source/0"))).toEqual([]);
  });

  test("is complete with the head of a long video, and no other task encodes its audio", async () => {
    const args = `${picture("320x240", 30, 9)} ${audio(9)} ${h264} -g 60 -c:a aac -ac 2`;
    const clip = await makeClip(join(clips.path, "head.mp4"), words(args));
    const part = { kind: "HEAD", wholeUpToMs: 5_000, headMs: 4_000 } as const;
    const { result: state } = await worker.end(await worker.request(clip, { part }));
    expect(state.split?.renditions).toEqual(["144p", "240p"]);
    expect(state.parts?.map(({ rendition }) => rendition).toSorted()).toEqual(["144p", "240p"]);
    expect(state.variants.at(-1)).toMatchObject({ name: "source", playlist: { isComplete: true } });
    expect(state.variants.at(-1)?.playlist?.durationMs).toBeCloseTo(9_000, -1);
    expect(state.audio?.playlist).toMatchObject({ isComplete: true });
    expect(state.audio?.playlist?.durationMs).toBeCloseTo(9_000, -2);
  });

  test("is rendered alone if only it is requested", async () => {
    const clip = await makeClip(join(clips.path, "only.mp4"), words(`${picture("320x240", 30, 2)} ${h264}`));
    const end = await worker.end(await worker.request(clip, { only: ["source"] }));
    expect(end.result.variants.map(({ name, status }) => `${name} ${status}`)).toEqual(["source READY"]);
  });
});

describe("a source with a property that players may not support is only encoded, and its video states why", () => {
  const cases: [string, string, string, string[]][] = [
    [
      "10-bit video",
      "ten.mp4",
      `${picture("128x96", 25, 1)} -c:v libx264 -pix_fmt yuv420p10le`,
      ["PROFILE", "PIXEL_FORMAT"],
    ],
    [
      "VP9",
      "vp9.mp4",
      `${picture("128x96", 25, 1)} -c:v libvpx-vp9 -deadline realtime -cpu-used 8`,
      ["CODEC"],
    ],
    ["sparse keyframes", "sparse.mp4", `${picture("128x96", 10, 12)} ${h264} -g 1000`, ["KEY_FRAMES"]],
    [
      "open GOPs",
      "open.mp4",
      `${picture("128x96", 25, 6)} -c:v libx264 -bf 2 -x264-params open-gop=1:keyint=25:min-keyint=25:scenecut=0`,
      ["OPEN_GOP"],
    ],
    [
      "interlacing",
      "interlaced.mp4",
      `${picture("128x96", 25, 1)} -vf setfield=tff -flags +ilme+ildct -c:v libx264 -pix_fmt yuv420p -x264-params tff=1`,
      ["INTERLACED"],
    ],
    ["non-square pixels", "wide.mp4", `${picture("128x96", 25, 1)} -vf setsar=4/3 ${h264}`, ["PIXEL_ASPECT"]],
    ["a high frame rate", "fast.mp4", `${picture("128x96", 120, 1)} ${h264}`, ["FRAME_RATE"]],
  ];
  test.each(cases)("%s", async (_, file, args, expected) => {
    const { variant, reasons } = await render(file, args);
    expect(reasons?.map(({ code }) => code)).toEqual(expected);
    expect(variant("source")).toBeUndefined();
  });

  test("an edit list that starts between keyframes", async () => {
    const whole = await makeClip(
      join(clips.path, "whole.mp4"),
      words(`${picture("128x96", 25, 4)} ${h264} -g 50`),
    );
    const { reasons } = await render("cut.mp4", `-ss 0.5 -i ${whole} -c copy`);
    expect(reasons?.map(({ code }) => code)).toEqual(["EDIT_LIST"]);
  });
});

test("a source with PCM audio is copied with its audio encoded, and its video states why", async () => {
  const { end, variant, reasons } = await render(
    "pcm.mov",
    `${picture("320x240", 30, 3)} ${audio(3)} ${h264} -g 60 -c:a pcm_s16le`,
  );
  expect(reasons?.map(({ code }) => code)).toEqual(["AUDIO"]);
  expect(variant("source")).toMatchObject({ status: "READY" });
  expect(end.result.audio).toMatchObject({ playlist: { codecs: "mp4a.40.2", isComplete: true } });
});
