import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import {
  formatMediaPlaylist,
  type PublishedPlaylist,
  type RenditionPart,
  type TaskPart,
  type VariantState,
} from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { complaints, inspect } from "../../testing/inspect.ts";
import { shownAt } from "../../testing/join-parts.ts";
import { allTools, defaultProfile, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";
import type { RenderTask } from "../../testing/to-message.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

type RunningWorker = Awaited<ReturnType<typeof startWorker>>;

const profile = {
  ...defaultProfile,
  rungs: defaultProfile.rungs.slice(0, 1),
  ...{ segmentDurationMs: 2_000, gopDurationMs: 1_000, download: { height: 1080 } },
};

/**
 * Makes 7 s of a video in parts, as the API requests them, and joins them as the API does: `keep` of the last
 * task's message.
 *
 * @param middle changes the parameters of the middle chunk
 */
async function makeParts(
  worker: RunningWorker,
  middle: Partial<VariantState> = {},
): Promise<Pick<RenderTask, "keep">> {
  const clip = await makeClip(join(clips.path, "clip.mp4"), [
    ...words("-f lavfi -i testsrc2=s=256x144:r=30000/1001:d=7.007 -f lavfi -i sine=440:d=7.007"),
    ...words("-c:v libx264 -preset ultrafast -bf 2 -c:a ac3"),
  ]);
  const make = async (part: TaskPart, changes: Partial<RenderTask> = {}) => {
    const end = await worker.end(await worker.request(clip, { profile, part, ...changes }));
    if (end.type !== "task.completed.v1") throw new Error(JSON.stringify(end));
    return end.result;
  };
  const head = await make({ kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 });
  // The rest, and everything made from the whole, is for other tasks.
  expect(head.split).toBeDefined();
  expect(head.download).toBeUndefined();
  const ladder = head.variants.filter(({ status }) => status === "RENDERING");
  const other = ladder.map((variant) => ({ ...variant, ...middle }));
  const rest = [
    await make({ kind: "CHUNK", startMs: 2_000, endMs: 4_000 }, { ladder: other }),
    await make({ kind: "CHUNK", startMs: 4_000, endMs: null }, { ladder }),
    await make({ kind: "AUDIO", startMs: 2_000 }),
  ];
  const parts = [head, ...rest].flatMap((state) => state.parts ?? []);
  const [variant] = ladder;
  if (variant === undefined || head.audio === null) throw new Error("The clip has a picture and audio.");
  const playlist = await joined(worker, parts, variant.name);
  const audio = { ...head.audio, playlist: await joined(worker, parts, "audio") };
  return { keep: { variants: [{ ...variant, status: "READY", playlist }], audio } };
}

/** Joined as if every part had its own initialization segment. */
async function joined(
  { store }: RunningWorker,
  all: readonly RenditionPart[],
  name: string,
): Promise<PublishedPlaylist> {
  const key = `videos/joined/variants/${name}/index.m3u8`;
  const uri = (to: string) => posix.relative(posix.dirname(key), to);
  const parts = all.filter(({ rendition }) => rendition === name);
  const segments = parts.flatMap(({ initKey, segments: made }) =>
    made.map((segment, index) => ({
      ...{ uri: uri(segment.key), durationMs: segment.durationMs },
      ...(index === 0 && { initUri: uri(initKey) }),
    })),
  );
  const initUri = uri(parts[0]?.initKey ?? "");
  const text = formatMediaPlaylist({ segments, isComplete: true }, { initUri, segmentDurationMs: 2_000 });
  await mkdir(dirname(store.path(key)), { recursive: true });
  await writeFile(store.path(key), text);
  const stored = parts.flatMap((part) => part.segments);
  return {
    ...{ key, codecs: parts[0]?.codecs ?? "", bandwidthBps: 1, averageBandwidthBps: 1, isComplete: true },
    segments: stored.length,
    durationMs: stored.reduce((sum, { durationMs }) => sum + durationMs, 0),
    sizeBytes: stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** The decoded frames of a file and their display times, as frame numbers. */
async function expectEveryPictureOnce(path: string): Promise<void> {
  expect(await inspect(path)).toMatchObject({ width: 256, height: 144, frames: 210, startTime: 0 });
  const shown = (await shownAt(path)).map((seconds) => (seconds * 30_000) / 1_001);
  for (const [number, at] of shown.entries()) expect(at).toBeCloseTo(number, 3);
  expect(shown).toHaveLength(210);
  expect(Math.abs((await inspect(path, "a")).startTime)).toBeLessThan(0.03);
  const audio = await shownAt(path, "a");
  expect((audio.at(-1) ?? 0) - (audio[0] ?? 0)).toBeCloseTo(7, 1);
}

describe.each(await allTools())("with ffmpeg $ffmpeg.version", (tools) => {
  test("the parts of many tasks become one MP4 with every frame once and audio, without reading the source", async () => {
    await using worker = await startWorker({}, tools);
    const made = await makeParts(worker);
    const source = { kind: "object", key: "videos/none/source.bin" } as const;
    const changes = { ...made, profile, source, kind: "DOWNLOAD" } as const;
    const task = await worker.request(join(clips.path, "clip.mp4"), changes);
    const { type, result: state, attemptId } = await worker.end(task);
    expect(type).toBe("task.completed.v1");
    const key = `videos/${task.videoId}/attempts/${attemptId}/download/video.mp4`;
    expect(state).toMatchObject({ download: { key, variant: "144p" } });
    const path = worker.store.path(key);
    expect((await readFile(path)).length).toBe(state.download?.sizeBytes);
    await expectEveryPictureOnce(path);
    expect(await complaints(path)).toBe("");
  });

  test("H.264 parts with different parameter sets are also joined", async () => {
    await using worker = await startWorker({}, tools);
    // Another level, and therefore other parameter sets.
    const { keep } = await makeParts(worker, { bitrateBps: 40_000_000 });
    const kind = "DOWNLOAD";
    const task = await worker.request(join(clips.path, "clip.mp4"), { keep, profile, kind });
    const { result: state } = await worker.end(task);
    await expectEveryPictureOnce(worker.store.path(state.download?.key ?? ""));
    const inits = await initsOf(worker, keep.variants[0]?.playlist?.key);
    expect(new Set(inits.map((bytes) => bytes.toString("hex"))).size).toBe(2);
  });
});

test("other parts with different initialisation segments are not joined, and the job is not retried", async () => {
  await using worker = await startWorker();
  const { keep } = await makeParts(worker);
  const { path, bytes } = (await initFilesOf(worker, keep.audio?.playlist?.key)).at(-1) ?? {};
  if (path === undefined || bytes === undefined) throw new Error("The audio has initialisation segments.");
  await writeFile(path, Buffer.concat([bytes, Buffer.from("\0\0\0\bfree")]));
  const kind = "DOWNLOAD";
  const end = await worker.end(await worker.request(join(clips.path, "clip.mp4"), { keep, profile, kind }));
  expect(end).toMatchObject({
    type: "task.failed.v1",
    outcome: "REJECTED",
    error: { code: "DOWNLOAD_MIXED", retriable: false },
  });
  expect(end.result).toEqual({ download: null });
});

async function initFilesOf({ store }: RunningWorker, key = "") {
  const playlist = store.path(key);
  const uris = [...(await readFile(playlist, "utf8")).matchAll(/MAP:URI="([^"]+)"/g)];
  const paths = uris.map(([, uri = ""]) => join(dirname(playlist), uri));
  return await Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(path) })));
}

const initsOf = async (worker: RunningWorker, key?: string) =>
  (await initFilesOf(worker, key)).map(({ bytes }) => bytes);
