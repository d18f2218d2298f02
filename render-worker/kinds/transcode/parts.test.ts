import { basename, dirname, join } from "node:path";
import type { RenditionPart, TaskPart } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { holed } from "../../testing/hostile-files.ts";
import { complaints, decodedSound, firstPictureType } from "../../testing/inspect.ts";
import { holes, joinParts, shownAt } from "../../testing/join-parts.ts";
import { allTools, makeClip, startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";
import { make, shortProfile as profile, type RunningWorker } from "../../testing/short-renders.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(async () => {
  await clips[Symbol.asyncDispose]();
});

/** Makes a source in parts, as the API would ask for them: a head, chunks from each of these times to the next, and the sound. */
async function makeParts(worker: RunningWorker, clip: string, startsMs: readonly number[]) {
  const [headMs = 0] = startsMs;
  const head = await make(worker, clip, { part: { kind: "HEAD", wholeUpToMs: 1_000, headMs } });
  const ladder = head.variants.filter(({ status }) => status === "RENDERING");
  const parts: RenditionPart[] = [...(head.parts ?? [])];
  const damage = [head.damage];
  for (const [index, startMs] of startsMs.entries()) {
    const part: TaskPart = { kind: "CHUNK", startMs, endMs: startsMs[index + 1] ?? null };
    const made = await make(worker, clip, { part, ladder });
    parts.push(...(made.parts ?? []));
    damage.push(made.damage);
  }
  if (head.audio) {
    parts.push(...((await make(worker, clip, { part: { kind: "AUDIO", startMs: headMs } })).parts ?? []));
  }
  return { head, parts, damage, of: (name: string) => parts.filter(({ rendition }) => rendition === name) };
}

const totalMs = (part: RenditionPart | undefined): number =>
  part?.segments.reduce((sum, { durationMs }) => sum + durationMs, 0) ?? 0;

const encode = words("-c:v libx264 -preset ultrafast");
const picture = (rate: string, seconds: number) =>
  words(`-f lavfi -i testsrc2=s=256x144:r=${rate}:d=${seconds}`);
/** In the clips it becomes AC-3: AAC would be copied, not encoded. */
const sound = (seconds: number, rate = 48_000) => words(`-f lavfi -i sine=440:r=${rate}:d=${seconds}`);

/** Sources whose clocks have led encoders astray, 7 s each. */
const sources: Record<string, { file: string; args: string[]; endMs?: number }> = {
  "23.976 frames per second": { file: "film.mp4", args: [...picture("24000/1001", 7), ...encode] },
  "29.97 frames per second, in a container that rounds to milliseconds": {
    file: "ntsc.mkv",
    args: [...picture("30000/1001", 7), ...sound(7, 44_100), ...encode, ...words("-g 100 -c:a ac3")],
  },
  "50 frames per second, in a stream that begins at 4001 s with late pictures": {
    file: "live.ts",
    args: [
      ...words("-itsoffset 0.35"),
      ...[...picture("50", 6.65), ...sound(7), ...encode],
      ...words("-g 60 -c:a ac3 -output_ts_offset 4001"),
    ],
  },
  "60 frames per second, with open groups and an edit list": {
    file: "open.mp4",
    args: [...picture("60", 7), ...words("-c:v libx264 -preset veryfast -g 100 -x264-params open-gop=1")],
  },
  "120 frames per second, of which 60 are left": {
    file: "fast.mp4",
    args: [...picture("120", 7), ...encode],
  },
  "interlaced pictures": {
    file: "interlaced.ts",
    args: [
      ...picture("50", 7),
      ...words("-vf interlace -c:v libx264 -preset veryfast -flags +ilme+ildct -g 40"),
    ],
  },
  "pictures at all sorts of distances": {
    file: "variable.mp4",
    args: [
      ...picture("60", 7),
      ...["-vf", "select='not(mod(n*n+floor(n/7),5))+lt(mod(n,140),60)*mod(n,3)'"],
      ...words("-fps_mode vfr -video_track_timescale 60000"),
      ...encode,
    ],
  },
  "pictures that stand for seconds": {
    file: "slides.mp4",
    args: [
      ...picture("30", 7),
      ...["-vf", "select='eq(n,0)+between(n,10,40)+eq(n,59)+eq(n,100)+eq(n,128)+eq(n,130)+gt(n,200)'"],
      ...words("-fps_mode vfr"),
      ...encode,
    ],
  },
};

Object.assign(sources, {
  "pictures that stand for longer than a part, in a recording with sound": {
    file: "screen.mp4",
    args: [
      ...[...picture("30", 7), ...sound(7)],
      ...["-vf", "select='lt(t,1.5)+gt(t,6.4)'"],
      ...[...words("-fps_mode vfr"), ...encode, ...words("-c:a ac3")],
    ],
    endMs: 7_000,
  },
  "a last picture that stands for longer than a part": {
    file: "last.mp4",
    args: [
      ...picture("30", 7),
      ...["-vf", "select='lt(t,0.5)+between(t,1,1.3)+between(t,1.6,1.8)'"],
      ...[...words("-fps_mode vfr"), ...encode, ...words("-bf 0 -bsf:v")],
      // 5.2 s on the container's clock.
      "setts=duration='if(eq(NEXT_DTS,NOPTS),79872,DURATION)'",
    ],
    endMs: 7_000,
  },
  "a picture every three seconds": {
    file: "slow.mp4",
    args: [...picture("1/3", 9), ...encode],
    endMs: 9_000,
  },
});

/** Of a rate that is said to be constant, though some seconds of it are lost. */
const lossy = [
  ...picture("25", 9),
  ...["-vf", "select='lt(t,1.5)+gt(t,6.4)'", "-fps_mode", "passthrough"],
  ...[...encode, ...words("-bf 0")],
];

test("a worker too slow for the whole ladder has the critical variants of a head first, and then the others", async () => {
  const slow = { ...(await testTools()), pixelsPerSecond: { H264: 100_000 } };
  await using worker = await startWorker({}, slow);
  const clip = await makeClip(join(clips.path, "slow.mp4"), [
    ...[...picture("25", 5), ...sound(5), ...encode],
    ...words("-c:a ac3"),
  ]);
  const rungs = profile.rungs.map((rung) => ({ ...rung, height: 72, name: "72p" }));
  const tiered = {
    ...profile,
    rungs: [...rungs, ...profile.rungs.map((rung) => ({ ...rung, tier: "STANDARD" as const }))],
  };
  const head = await make(worker, clip, {
    profile: tiered,
    part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 },
  });
  const order = worker.store.writes.map(({ key }) => key.split("/").slice(4).join("/"));
  expect(order.indexOf("72p/00001.m4s")).toBeLessThan(order.indexOf("144p/init.mp4"));
  expect(order.filter((key) => key === "poster.jpg")).toHaveLength(1);
  expect(head.split).toMatchObject({ headEndMs: 2_000, renditions: ["72p", "144p", "audio"] });
  expect(head.parts?.map(({ rendition, isComplete }) => `${rendition} ${isComplete}`).sort()).toEqual([
    "144p true",
    "72p true",
    "audio true",
  ]);
}, 60_000);

test("a chunk beyond the last picture is complete and empty", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "short.mp4"), [...picture("25", 3), ...encode]);
  const made = await makeParts(worker, clip, [2_000, 4_000]);
  expect(made.of("144p").at(-1)).toEqual({
    ...{ rendition: "144p", startMs: 4_000, endMs: null },
    ...{ initKey: "", initSha256: "", codecs: "", segments: [], isComplete: true },
  });
}, 60_000);

test("a container that cannot be read from the middle is made in one piece", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "old.avi"), [...picture("25", 3), ...encode]);
  const state = await make(worker, clip, { part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 } });
  expect(state.split).toBeUndefined();
  expect(state.variants[0]).toMatchObject({ status: "READY", playlist: { isComplete: true } });
}, 60_000);

describe.each((await allTools()).map((tools) => ({ tools, version: tools.ffmpeg.version })))(
  "ffmpeg $version",
  ({ tools }) => {
    test.each(Object.entries(sources))(
      "%s: in parts each picture is there once, at its time",
      async (_what, { file, args, endMs }) => {
        await using worker = await startWorker({}, tools);
        const clip = await makeClip(join(clips.path, file), args);
        const whole = await make(worker, clip, {});
        const made = await makeParts(worker, clip, [2_000, 4_000]);

        expect(made.parts.every(({ isComplete }) => isComplete)).toBe(true);
        const parts = made.of("144p");
        expect(parts.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
          [0, 2_000],
          [2_000, 4_000],
          [4_000, null],
        ]);
        const joined = await joinParts(worker.store, parts, "144p");
        const inOnePiece = worker.store.path(whole.variants[0]?.playlist?.key ?? "");
        const expected = await shownAt(inOnePiece);
        const shown = await shownAt(joined);
        // What stands at the end of the video stands in one piece; its parts all have it.
        const lastly = shown.splice(expected.length);
        expect(shown).toEqual(expected);
        expect(lastly.filter((time) => time % 2 > 0.1 || endMs === undefined)).toEqual([]);
        expect(await complaints(joined)).toBe("");
        // A picture that comes within a tenth of a second after a border is waited for.
        const distances = expected.slice(1).map((time, index) => time - (expected[index] ?? 0));
        const isEven = Math.max(...distances) - Math.min(...distances) < 0.002;
        expect(await holes(joined, isEven ? 0.003 : 0.1)).toEqual([]);
        for (const key of parts.flatMap(({ segments }) => segments.map((segment) => segment.key))) {
          const path = worker.store.path(key);
          expect(await firstPictureType(dirname(path), basename(path)), key).toBe(5);
        }
        // But for times that are rounded to milliseconds, nothing adds up.
        const durationMs = parts.reduce((sum, part) => sum + totalMs(part), 0);
        expect(durationMs).toBeCloseTo(whole.variants[0]?.playlist?.durationMs ?? 0, -0.5);
        if (endMs === undefined) return;
        expect(durationMs).toBeCloseTo(endMs, -1);
        const durations = parts.slice(1).flatMap(({ segments }) => segments.map((each) => each.durationMs));
        // From a border to a picture that is repeated a moment after the next.
        expect(Math.max(...durations)).toBeLessThanOrEqual(2_100);
        expect(parts.slice(0, 2).map(totalMs)).toEqual([2_000, 2_000]);
      },
      120_000,
    );

    test("where seconds of a recording are lost, the picture before them stands, and no part is empty or short", async () => {
      await using worker = await startWorker({}, tools);
      const clip = await makeClip(join(clips.path, "lossy.mkv"), lossy);
      const whole = await make(worker, clip, {});
      const parts = (await makeParts(worker, clip, [2_000, 4_000, 6_000])).of("144p");
      const joined = await joinParts(worker.store, parts, "144p");
      expect(parts.map(totalMs)).toEqual([2_000, 2_000, 2_000, 3_000]);
      expect(await complaints(joined)).toBe("");
      // The repeated picture comes a quarter of one late.
      expect(await holes(joined, 0.012)).toEqual([]);
      const inOnePiece = await shownAt(worker.store.path(whole.variants[0]?.playlist?.key ?? ""));
      const repeated = (await shownAt(joined)).filter((time) => !inOnePiece.includes(time));
      expect(repeated).toEqual([2.01, 4.01, 6.01]);
    }, 120_000);

    test("damage in the middle of a long source is said of the part that it is in, and the others are whole", async () => {
      await using worker = await startWorker({}, tools);
      const clip = join(clips.path, "holed.mp4");
      await holed(
        (path) => makeClip(path, [...picture("25", 12), ...encode, ...words("-g 25 -movflags +faststart")]),
        0.4,
        0.62,
      )(clip);
      const made = await makeParts(worker, clip, [4_000, 8_000]);
      expect(made.damage).toEqual([
        undefined,
        { startMs: 4_000, endMs: 8_000, lostMs: expect.any(Number) },
        undefined,
      ]);
      expect(made.damage[1]?.lostMs).toBeGreaterThan(1_500);
    }, 60_000);

    test("the sound of a head and of what follows is, sample by sample, that of one encode", async () => {
      await using worker = await startWorker({}, tools);
      const clip = await makeClip(join(clips.path, "sound.mp4"), [
        ...[...picture("25", 5), ...sound(5, 44_100), ...encode],
        ...words("-c:a ac3"),
      ]);
      const whole = await make(worker, clip, {});
      // 3 s are no whole number of frames of sound.
      const made = await makeParts(worker, clip, [3_000]);
      const joined = await joinParts(worker.store, made.of("audio"), "audio");
      const inOnePiece = worker.store.path(whole.audio?.playlist?.key ?? "");
      expect(await decodedSound(joined)).toEqual(await decodedSound(inOnePiece));
      const [head] = made.of("audio");
      expect((totalMs(head) * 48) / 1_024).toBeCloseTo(Math.ceil((3_000 * 48) / 1_024), 2);
    }, 120_000);
  },
);

test.each([
  { file: "rare.mp4", gop: 1_000, least: 100_000 },
  { file: "rare.mkv", gop: 1_000, least: 100_000 },
  { file: "rare.ts", gop: 1_000, least: 80_000 },
  { file: "usual.mp4", gop: 25, least: 0 },
])(
  "of $file, with a key frame every $gop pictures, the head says how much parts decode besides their own",
  async ({ file, gop, least }) => {
    await using worker = await startWorker();
    const clip = await makeClip(join(clips.path, file), [
      ...words(`-f lavfi -i testsrc2=s=64x48:r=5:d=130 -c:v libx264 -preset ultrafast -g ${gop}`),
      ...words("-x264-params scenecut=0"),
    ]);
    const { split } = await make(worker, clip, {
      part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 },
    });
    const leadInMs = split?.leadInMs ?? -1;
    expect(leadInMs).toBeGreaterThan(least);
    if (least === 0) expect(leadInMs).toBeLessThan(8_000);
  },
  60_000,
);

test.each(["matroska", "mp4"])(
  "a single picture with long sound, in %s, is the poster",
  async (format) => {
    await using worker = await startWorker();
    const clip = await makeClip(join(clips.path, `single.${format}`), [
      ...[...picture("25", 0.04), ...sound(25), ...encode],
      ...words(`-c:a ac3 -f ${format}`),
    ]);
    const state = await make(worker, clip, {});
    expect(state.posterKey).not.toBeNull();
  },
  60_000,
);

test("progress of a part is of its span, and says which that is", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "progress.mp4"), [
    ...words("-f lavfi -i testsrc2=s=320x180:r=25:d=12 -c:v libx264 -preset ultrafast -g 50"),
  ]);
  const progressOf = async (part: TaskPart | undefined) => {
    const task = await worker.request(clip, { profile, ...(part && { part }) });
    await worker.end(task);
    return worker.messaging.published.filter(
      (report) => report.type === "task.progressed.v1" && report.taskId === task.taskId,
    );
  };
  const head = await progressOf({ kind: "HEAD", wholeUpToMs: 1_000, headMs: 8_000 });
  expect(head.at(-1)).toMatchObject({
    detail: { span: { startMs: 0, endMs: 8_000 }, variants: [{ fraction: 1 }] },
  });
  expect((await progressOf(undefined)).at(-1)).not.toHaveProperty("detail.span");
});

test("the sound of a long video has progress, too", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "sounding.mp4"), [
    ...words(
      "-f lavfi -i testsrc2=s=320x180:r=25:d=12 -f lavfi -i sine=440:d=12 -c:v libx264 -preset ultrafast",
    ),
  ]);
  await worker.end(await worker.request(clip, { profile, part: { kind: "AUDIO", startMs: 4_000 } }));
  const last = worker.messaging.ofType("task.progressed.v1").at(-1);
  expect(last).toMatchObject({
    detail: {
      span: { startMs: 4_000, endMs: null },
      variants: [{ name: "audio", fraction: 1, etaMs: 0 }],
    },
  });
});
