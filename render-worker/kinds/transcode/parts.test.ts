import { join } from "node:path";
import type { RenditionPart, TaskPart } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { holed } from "../../testing/hostile-files.ts";
import { complaints, decodedAudio, leadingSilence } from "../../testing/inspect.ts";
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

/** Renders a source in parts, as the API requests them: a head, chunks between these times, and the audio. */
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
/** Encoded as AC-3 in the clips, since AAC would be copied. */
const audio = (seconds: number, rate = 48_000) => words(`-f lavfi -i sine=440:r=${rate}:d=${seconds}`);

/** A rate declared constant, with some seconds lost. */
const lossy = [
  ...picture("25", 9),
  ...["-vf", "select='lt(t,1.5)+gt(t,6.4)'", "-fps_mode", "passthrough"],
  ...[...encode, ...words("-bf 0")],
];

test("a slow worker renders the critical variants of a head first, then the others", async () => {
  const slow = { ...(await testTools()), pixelsPerSecond: { H264: 100_000 } };
  await using worker = await startWorker({}, slow);
  const clip = await makeClip(join(clips.path, "slow.mp4"), [
    ...[...picture("25", 5), ...audio(5), ...encode],
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
});

test("a chunk past the last frame is complete and empty", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "short.mp4"), [...picture("25", 3), ...encode]);
  const made = await makeParts(worker, clip, [2_000, 4_000]);
  expect(made.of("144p").at(-1)).toEqual({
    ...{ rendition: "144p", startMs: 4_000, endMs: null },
    ...{ initKey: "", initSha256: "", codecs: "", segments: [], isComplete: true },
  });
});

test("a source in a container without random access is rendered whole", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "old.avi"), [...picture("25", 3), ...encode]);
  const state = await make(worker, clip, { part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 } });
  expect(state.split).toBeUndefined();
  expect(state.variants[0]).toMatchObject({ status: "READY", playlist: { isComplete: true } });
});

test("damage in a long source is reported by the part that contains it, and the other parts are intact", async () => {
  await using worker = await startWorker();
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
});

describe.each((await allTools()).map((tools) => ({ tools, version: tools.ffmpeg.version })))(
  "ffmpeg $version",
  ({ tools }) => {
    test("the last frame fills a gap in a recording, and no part is empty or too short", async () => {
      await using worker = await startWorker({}, tools);
      const clip = await makeClip(join(clips.path, "lossy.mkv"), lossy);
      const whole = await make(worker, clip, {});
      const parts = (await makeParts(worker, clip, [2_000, 4_000, 6_000])).of("144p");
      const joined = await joinParts(worker.store, parts, "144p");
      expect(parts.map(totalMs)).toEqual([2_000, 2_000, 2_000, 3_000]);
      expect(await complaints(joined)).toBe("");
      // The repeated frame is a quarter of a frame late.
      expect(await holes(joined, 0.012)).toEqual([]);
      const inOnePiece = await shownAt(worker.store.path(whole.variants[0]?.playlist?.key ?? ""));
      const repeated = (await shownAt(joined)).filter((time) => !inOnePiece.includes(time));
      expect(repeated).toEqual([2.01, 4.01, 6.01]);
    }, 120_000);

    test("the audio of a head and its continuation equals a single encode, sample by sample", async () => {
      await using worker = await startWorker({}, tools);
      const clip = await makeClip(join(clips.path, "audio.mp4"), [
        ...[...picture("25", 5), ...audio(5, 44_100), ...encode],
        ...words("-c:a ac3"),
      ]);
      const whole = await make(worker, clip, {});
      // 3 s are not a whole number of audio frames.
      const made = await makeParts(worker, clip, [3_000]);
      const joined = await joinParts(worker.store, made.of("audio"), "audio");
      const inOnePiece = worker.store.path(whole.audio?.playlist?.key ?? "");
      expect(await decodedAudio(joined)).toEqual(await decodedAudio(inOnePiece));
      const [head] = made.of("audio");
      expect((totalMs(head) * 48) / 1_024).toBeCloseTo(Math.ceil((3_000 * 48) / 1_024), 2);
    }, 120_000);

    test("audio that starts after the head is silent in the head and joins the rest bit by bit", async () => {
      await using worker = await startWorker({}, tools);
      const clip = await makeClip(join(clips.path, "late.mp4"), [
        ...[...picture("25", 8), ...words("-itsoffset 5"), ...audio(3)],
        // Cannot be copied.
        ...[...words("-map 0 -map 1"), ...encode, ...words("-c:a ac3")],
      ]);
      const whole = await make(worker, clip);
      const path = worker.store.path(whole.audio?.playlist?.key ?? "");
      expect(Math.abs((await leadingSilence(path)) - 5)).toBeLessThan(0.02);
      const head = await make(worker, clip, { part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 } });
      expect(JSON.stringify(worker.messaging.published)).toContain("anullsrc");
      const rest = await make(worker, clip, { part: { kind: "AUDIO", startMs: 2_000 } });
      const parts = [...(head.parts ?? []), ...(rest.parts ?? [])];
      const joined = await joinParts(
        worker.store,
        parts.filter(({ rendition }) => rendition === "audio"),
        "audio",
      );
      expect(await decodedAudio(joined)).toEqual(await decodedAudio(path));
    });
  },
);

test.each([
  { file: "rare.mp4", gop: 1_000, least: 100_000 },
  { file: "rare.mkv", gop: 1_000, least: 100_000 },
  { file: "rare.ts", gop: 1_000, least: 80_000 },
  { file: "usual.mp4", gop: 25, least: 0 },
])(
  "for $file, with a keyframe every $gop frames, the head reports the lead-in that parts decode",
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
);

test.each(["matroska", "mp4"])(
  "a single frame with long audio, in %s, becomes the poster",
  async (format) => {
    await using worker = await startWorker();
    const clip = await makeClip(join(clips.path, `single.${format}`), [
      ...[...picture("25", 0.04), ...audio(25), ...encode],
      ...words(`-c:a ac3 -f ${format}`),
    ]);
    const state = await make(worker, clip, {});
    expect(state.posterKey).not.toBeNull();
  },
);

test("a part's progress is relative to its span and names the span", async () => {
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

test("the audio of a long video reports progress", async () => {
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
