import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { objectKeys, type TaskPart } from "@reelay/contracts";
import { locateFfmpeg } from "../../../render-worker/index.ts";
import { defaultProfile, startWorker } from "../../../render-worker/testing/kit.ts";
import type { RenderTask } from "../../../render-worker/testing/to-message.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";
import { findOrMakeClip } from "../worker/clip.ts";
import { startThrottledOrigin } from "./throttled-origin.ts";

const lineBps = 20_000_000;
const goalSeconds = 5;
const headMs = 8_000;

/**
 * How long after an origin's first byte the first segment of a video is stored, over a line of 20 Mb/s:
 * rendered while it is fetched, against fetched first. And how much is read of a source in a store elsewhere,
 * by all the tasks of a long video together.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const seconds = isShort ? 20 : 60;
  const rounds = isShort ? 1 : 3;
  const { PATH = "", FFMPEG_PATH, FFPROBE_PATH } = process.env;
  const { ffmpeg } = await locateFfmpeg({ path: PATH, ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH });
  const clip = await findOrMakeClip(ffmpeg.path, seconds, print);
  const before: number[] = [];
  const now: number[] = [];
  let fetched = 0;
  for (let round = 0; round < rounds; round += 1) {
    before.push((await fetchAndRender(clip, false)).firstSegmentSeconds);
    const meanwhile = await fetchAndRender(clip, true);
    now.push(meanwhile.firstSegmentSeconds);
    fetched = meanwhile.readPerByte;
  }
  const [slow, fast] = [summarize(before), summarize(now)];
  print(
    `source: ${seconds} s of 1080p30 over 20 Mb/s: first segment ${show(fast, 1, " s")} after the first byte (goal ${goalSeconds} s); fetched first: ${show(slow, 1, " s")}; bytes asked of the origin per byte of the source: ${fetched.toFixed(3)}`,
  );
  const parts = await readByParts(clip, seconds * 1000);
  print(
    `source: from a store elsewhere, a head, chunks of 16 s and the audio: ${parts.toFixed(3)} bytes read per byte of the source`,
  );
  return {
    "source.firstSegmentSeconds": fast.median,
    "source.fetchedFirst.firstSegmentSeconds": slow.median,
    "source.fetchedPerByte": fetched,
    "source.partsReadPerByte": parts,
  };
}

type System = Awaited<ReturnType<typeof startWorker>>;

async function task(system: System, changes: Partial<RenderTask>) {
  const end = await system.end(await system.request(import.meta.filename, changes));
  if (end.type !== "task.completed.v1") throw new Error(`the render ended as ${end.type}`);
  return end.result;
}

/** @param isHelpful false: the origin says too little to render from it before its end */
async function fetchAndRender(clip: string, isHelpful: boolean) {
  await using origin = await startThrottledOrigin(clip, lineBps);
  origin.isHelpful = isHelpful;
  await using system = await startWorker({ fetch: { timeoutMs: 600_000, allowPrivate: ["127.0.0.1"] } });
  let firstSegmentAt: number | null = null;
  system.store.beforeWrite = (key) => {
    if (key.endsWith("00000.m4s")) firstSegmentAt ??= performance.now();
  };
  const key = objectKeys.source(randomUUID(), "clip.mp4");
  const part: TaskPart = { kind: "HEAD", wholeUpToMs: 1_000, headMs };
  await task(system, { source: { kind: "url", url: origin.url, key }, part });
  return {
    firstSegmentSeconds: ((firstSegmentAt ?? Number.NaN) - (origin.firstByteAt ?? 0)) / 1_000,
    readPerByte: origin.sentBytes / origin.sizeBytes,
  };
}

async function readByParts(clip: string, durationMs: number): Promise<number> {
  await using system = await startWorker();
  system.store.isElsewhere = true;
  const key = objectKeys.source(randomUUID(), "clip.mp4");
  await system.store.put(key, { path: clip });
  // What is read does not depend on what is made of it.
  const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 1) };
  const common = { source: { kind: "object", key }, profile } as const;
  const head = await task(system, { ...common, part: { kind: "HEAD", wholeUpToMs: 1_000, headMs } });
  const ladder = head.variants.filter(({ status }) => status === "RENDERING");
  for (let startMs = headMs; startMs < durationMs; startMs += 16_000) {
    const endMs = startMs + 16_000 < durationMs ? startMs + 16_000 : null;
    await task(system, { ...common, ladder, part: { kind: "CHUNK", startMs, endMs } });
  }
  await task(system, { ...common, part: { kind: "AUDIO", startMs: headMs } });
  const text = await system.metrics.metrics();
  return Number(/^reelay_worker_source_read_bytes_total (\d+)/m.exec(text)?.[1]) / (await stat(clip)).size;
}
