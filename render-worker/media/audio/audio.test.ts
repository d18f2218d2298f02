import { join } from "node:path";
import type { Profile } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confine } from "../../programs/program.ts";
import { complaints } from "../../testing/inspect.ts";
import {
  allTools,
  defaultProfile,
  makeClip,
  startWorker,
  temporaryDirectory,
  testJail,
  testTools,
} from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";
import { words } from "../ffmpeg/words.ts";
import { integrateLoudness } from "./integrate-loudness.ts";
import {
  INPUTS_AT_ONCE,
  measureGainDb,
  measuringArguments,
  parseBlocks,
  planGainDb,
  planPieces,
} from "./measure-loudness.ts";
import { planAudioEncoding } from "./plan-audio.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

const audio = defaultProfile.audio;

test.each<[Partial<Profile["audio"]>, number, string]>([
  [
    {},
    1,
    "2 128000 aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo",
  ],
  [
    {},
    6,
    "2 128000 aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,alimiter=limit=0.94:level=0:attack=5:release=50:latency=1",
  ],
  [
    { channels: "SOURCE" },
    1,
    "1 64000 aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=mono",
  ],
  [
    { channels: "SOURCE" },
    6,
    "6 384000 aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=5.1",
  ],
  [
    { channels: "SOURCE", bitrateBps: 256_000 },
    8,
    "6 512000 aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=5.1,alimiter=limit=0.94:level=0:attack=5:release=50:latency=1",
  ],
  [
    {},
    16,
    "2 128000 pan=stereo|c0=c0|c1=c1,aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo",
  ],
])("%j of a source with %i channels", (changes, channels, expected) => {
  const { channels: made, bitrateBps, filter } = planAudioEncoding({ ...audio, ...changes }, channels, 0);
  expect(`${made} ${bitrateBps} ${filter}`).toBe(expected);
});

test("if the audio format may change, only the first second of audio is padded with leading silence", () => {
  expect(planAudioEncoding(audio, 2, 0, 300_500).filter).toBe(
    "aresample=48000:async=1:min_hard_comp=0.02,aformat=sample_fmts=fltp:channel_layouts=stereo," +
      "asplit[first][all];[first]atrim=end=301.5,aresample=async=1:first_pts=0[begun];" +
      "[all]asetpts='PTS-if(lt(STARTT,301.5),301.5/TB,0)',atrim=start=0[rest];[begun][rest]concat=v=0:a=1,asettb=1/48000",
  );
});

test("only amplified audio gets a limiter", () => {
  expect(planAudioEncoding(audio, 2, -3).filter).toMatch(/volume=-3dB$/);
  expect(planAudioEncoding(audio, 2, 6.5).filter).toMatch(/volume=6.5dB,alimiter/);
});

describe("the gain", () => {
  test("is a rounded, bounded number, and 0 for silence", () => {
    expect(planGainDb(-27.34, -16)).toBe(11.3);
    expect(planGainDb(-9, -16)).toBe(-7);
    expect(planGainDb(-60, -16)).toBe(24);
    expect(planGainDb(-70, -16)).toBe(0);
    expect(planGainDb(Number.NEGATIVE_INFINITY, -16)).toBe(0);
  });

  test("is measured over all of a short track, and over samples of a long one", () => {
    expect(planPieces(60_000)).toEqual([{ startSeconds: 0, seconds: 300 }]);
    expect(planPieces(null)).toHaveLength(1);
    const pieces = planPieces(3_600_000);
    expect(pieces).toHaveLength(20);
    expect([pieces[0], pieces[19]]).toEqual([
      { startSeconds: 0, seconds: 15 },
      { startSeconds: 3_585, seconds: 15 },
    ]);
  });

  test("ignores silence and passages much softer than the rest", () => {
    expect(integrateLoudness([])).toBe(Number.NEGATIVE_INFINITY);
    expect(integrateLoudness([-80, Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
    expect(integrateLoudness([-23, -23, -120])).toBeCloseTo(-23, 6);
    // A tenth of the power of the rest counts, less does not.
    expect(integrateLoudness([-20, -20, -40])).toBeCloseTo(-20, 6);
    expect(integrateLoudness([-20, -26])).toBeCloseTo(-22.04, 2);
  });

  test("is parsed from ffmpeg's output for each block, without the first, incomplete blocks", () => {
    const print = (levels: readonly string[]) =>
      levels.map((lufs, frame) => `frame:${frame} pts:${frame} pts_time:0\nlavfi.r128.M=${lufs}\n`).join("");
    expect(parseBlocks(print(["-40", "-30", "-25", "-20.125", "-120.691", "nan"]))).toEqual([
      -20.125,
      -120.691,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(parseBlocks(print(["-40.5"]))).toEqual([-40.5]);
    expect(parseBlocks("nothing")).toEqual([]);
  });

  test("matches ffmpeg's own meter, even for audio of varying loudness", async () => {
    const path = await makeClip(join(clips.path, "uneven.wav"), [
      // Loud, silent and soft, a few seconds each.
      ...words(
        "-f lavfi -i aevalsrc=exprs=random(0)*(0.3*lt(mod(t\\,9)\\,4)+0.02*gt(mod(t\\,9)\\,6)):d=40:s=48000",
      ),
    ]);
    const meter = await loudnessOf(path);
    for (const { ffmpeg } of await allTools()) {
      const track = { input: `file:${path}`, index: 0, channels: 1, durationMs: 40_000 };
      const options = {
        ffmpeg: confine(await testJail(), ffmpeg.path, { readable: [path] }),
        limits: { sourcePixels: 1e6 },
        signal: AbortSignal.any([]),
      };
      const gain = await measureGainDb(track, -16, options);
      expect(Math.abs(-16 - gain - (meter ?? 0))).toBeLessThanOrEqual(0.15);
    }
  });

  test("of a long track is measured with few concurrent inputs and matches the whole", async () => {
    const path = await makeClip(join(clips.path, "long.flac"), [
      ...words("-f lavfi -i anoisesrc=d=420:a=0.2:c=pink:seed=2:r=16000,volume=0.5+0.4*sin(t/30):eval=frame"),
    ]);
    const { ffmpeg } = await testTools();
    const track = { input: `file:${path}`, index: 0, channels: 1, durationMs: 420_000 };
    const options = {
      ffmpeg: confine(await testJail(), ffmpeg.path, { readable: [path] }),
      limits: { sourcePixels: 1e6 },
      signal: AbortSignal.any([]),
    };
    const gain = await measureGainDb(track, -16, options);
    expect(Math.abs(-16 - gain - ((await loudnessOf(path)) ?? 0))).toBeLessThan(0.5);
    const parts = planPieces(420_000).slice(0, INPUTS_AT_ONCE);
    const inputs = measuringArguments(track, parts, { sourcePixels: 1e6 }).filter((arg) => arg === "-i");
    expect(inputs).toHaveLength(4);
  });
});

async function loudnessOf(path: string): Promise<number | null> {
  const { ffmpeg } = await testTools();
  const args = [
    ...words("-hide_banner -nostdin -nostats -i"),
    path,
    ...words("-af ebur128=framelog=verbose -f null -"),
  ];
  const { stderr } = await runTool(ffmpeg.path, args, { timeoutMs: 150_000 });
  const summary = [...stderr.matchAll(/Integrated loudness:\s+I:\s+(-?[\d.]+) LUFS/g)].at(-1);
  return summary ? Number(summary[1]) : null;
}

/** Mean level in dB of one channel of a rendition, in a band around a frequency. */
async function levelOf(path: string, channel: string, hertz: number): Promise<number> {
  const { ffmpeg } = await testTools();
  const filter = `pan=mono|c0=${channel},bandpass=f=${hertz}:width_type=h:w=40,volumedetect`;
  const args = [...words("-hide_banner -nostdin -nostats -i"), path, "-af", filter, ...words("-f null -")];
  const { stderr } = await runTool(ffmpeg.path, args, { timeoutMs: 150_000 });
  return Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1]);
}

const audioOf = async (clip: string, changes: Partial<Profile["audio"]>) => {
  const worker = await startWorker();
  const profile = {
    ...defaultProfile,
    rungs: defaultProfile.rungs.slice(0, 1),
    audio: { ...audio, ...changes },
  };
  const end = await worker.end(await worker.request(clip, { profile }));
  const key = end.result.audio?.playlist?.key;
  if (key === undefined) throw new Error(`no audio: ${JSON.stringify(end)}`);
  return {
    path: worker.store.path(key),
    state: end.result,
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
};

test("quiet audio is normalized to the profile's loudness, within 1 LU", async () => {
  const clip = await makeClip(join(clips.path, "quiet.mkv"), [
    ...words("-f lavfi -i testsrc2=s=256x144:r=10:d=8 -f lavfi -i anoisesrc=d=8:a=0.1:c=pink:seed=1"),
    ...words("-c:v libx264 -preset ultrafast -c:a flac"),
  ]);
  expect(await loudnessOf(clip)).toBeLessThan(-30);
  await using made = await audioOf(clip, { loudness: { targetLufs: -16 } });
  expect(Math.abs(((await loudnessOf(made.path)) ?? 0) + 16)).toBeLessThan(1);
  expect(await complaints(made.path)).toBe("");
});

describe("5.1", () => {
  const surround = () =>
    makeClip(join(clips.path, "surround.mkv"), [
      ...words("-f lavfi -i testsrc2=s=256x144:r=10:d=2"),
      // A different tone for each channel, the centre's at 1000 Hz.
      ...words(
        "-f lavfi -i aevalsrc=0.2*sin(2000*t)|0.2*sin(3000*t)|0.2*sin(6283.19*t)|0|0.2*sin(9000*t)|0.2*sin(12000*t):d=2:c=5.1",
      ),
      ...words("-c:v libx264 -preset ultrafast -c:a flac"),
    ]);

  test("downmixed to stereo has the centre on both sides and each side channel on its own side", async () => {
    await using made = await audioOf(await surround(), {});
    expect(made.state.audio).toMatchObject({ channels: 2 });
    const [left, right] = [await levelOf(made.path, "c0", 1000), await levelOf(made.path, "c1", 1000)];
    expect(Math.abs(left - right)).toBeLessThan(0.5);
    // 0.2 as a sine is -17 dB; 3 dB less on each side.
    expect(left).toBeGreaterThan(-21.5);
    expect(left).toBeLessThan(-19);
    expect((await levelOf(made.path, "c0", 318.3)) - (await levelOf(made.path, "c1", 318.3))).toBeGreaterThan(
      12,
    );
  });

  test("with source channels keeps six channels in their places", async () => {
    await using made = await audioOf(await surround(), { channels: "SOURCE" });
    expect(made.state.audio).toMatchObject({ channels: 6, playlist: { codecs: "mp4a.40.2" } });
    expect(await levelOf(made.path, "FC", 1000)).toBeGreaterThan(-18.5);
    expect(await levelOf(made.path, "FL", 1000)).toBeLessThan(-40);
    expect(await complaints(made.path)).toBe("");
  });
});
