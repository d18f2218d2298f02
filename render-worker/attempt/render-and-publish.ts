import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { announcedBps, objectKeys } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { inputError } from "../errors.ts";
import { explainFfmpegFailure } from "../ffmpeg/explain-failure.ts";
import { FrameStatistics } from "../ffmpeg/frame-statistics.ts";
import {
  audioRendition,
  initFile,
  planRender,
  playlistFile,
  type RenderPlan,
  statisticsFile,
  toArguments,
} from "../ffmpeg/plan-render.ts";
import { runFfmpeg } from "../ffmpeg/run-ffmpeg.ts";
import { RenditionPublisher } from "../hls/publish-rendition.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { Ticker } from "../ticker.ts";
import { withAudioPlaylist, withPlaylist } from "./attempt-state.ts";
import { tracerName } from "./attempt-trace.ts";
import type { AttemptContext } from "./context.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { publishPoster } from "./publish-poster.ts";
import { UsageMeter } from "./usage-meter.ts";

export interface RenderWork {
  source: SourceFile;
  rungs: readonly PlannedRung[];
  withAudio: boolean;
}

export interface Made {
  /** As it could be typed. */
  command: string[];
}

const tickMs = 250;

/** Runs ffmpeg and stores what it writes while it writes it. Returns when everything is stored. */
export async function renderAndPublish(context: AttemptContext, work: RenderWork): Promise<Made> {
  const { config, log, state, tools } = context;
  const directory = context.directory.path;
  await context.directory.assertRoom(roomNeededBytes(work, context.task.profile.segmentDurationMs));
  const plan = planRender({
    ...work,
    profile: context.task.profile,
    filters: tools.filters,
    directory,
    limits: config.limits,
  });
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  await using disposables = new AsyncDisposableStack();
  const publishers = await startPublishers(context, work, signal, (error) => failure.abort(error));
  for (const publisher of publishers.values()) disposables.use(publisher);
  const statistics = disposables.use(new FrameStatistics(join(directory, statisticsFile)));
  const meter = new ProgressMeter(work.rungs, plan.outputs, work.source.probe.durationMs);

  state.update((before) => ({
    ...before,
    variants: before.variants.map((variant) =>
      publishers.has(variant.name) ? { ...variant, status: "RENDERING" } : variant,
    ),
  }));
  const usage = new UsageMeter(context.metrics, () =>
    [...publishers.values()].reduce((sum, { storedBytes }) => sum + storedBytes, 0),
  );
  disposables.defer(() => usage.readStored());
  const tick = async () => {
    await statistics.poll();
    await usage.read();
    context.reporter.progressed(meter.read(statistics.outputs, publishers, performance.now()));
    await publishPoster(context, signal);
  };
  const ticker = disposables.use(
    new Ticker(tickMs, tick, (error) => log.debug({ err: error }, "tick.failed")),
  );

  const run = {
    ffmpegPath: tools.ffmpeg.path,
    signal,
    stallTimeoutMs: config.stallTimeoutMs,
    onStart: (pid: number) => {
      usage.follow(pid);
      log.info({ pid, renditions: [...publishers.keys()] }, "ffmpeg.started");
      void context.directory
        .noteEncoder(pid)
        .catch((error: unknown) => log.warn({ err: error }, "ffmpeg.not-noted"));
    },
  };
  const attributes = { "reelay.renditions": [...publishers.keys()] };
  const result = await inSpan(tracerName, "encode", { parent: context.trace, attributes }, () =>
    runFfmpeg(plan, run),
  );
  await ticker[Symbol.asyncDispose]();
  signal.throwIfAborted();
  await statistics.poll();
  if (result.exitCode !== 0) throw explainFfmpegFailure(result);
  assertFrames(plan, work, statistics);
  await inSpan(tracerName, "publish", { parent: context.trace }, () => finish(context, publishers));
  context.reporter.progressed(meter.read(statistics.outputs, publishers, performance.now()));
  await publishPoster(context, signal);
  return { command: [tools.ffmpeg.path, ...toArguments(plan)] };
}

/** A few segments of every rendition at their ceiling, and something to spare. */
function roomNeededBytes({ rungs }: RenderWork, segmentDurationMs: number): number {
  const bytesPerSecond = rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps / 8, 0);
  return Math.ceil(64 * 1024 * 1024 + (4 * bytesPerSecond * segmentDurationMs) / 1000);
}

async function startPublishers(
  context: AttemptContext,
  { rungs, withAudio }: RenderWork,
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<Map<string, RenditionPublisher>> {
  const { ref, state, store, task } = context;
  const renditions = [
    ...rungs.map(({ name, bitrateBps }) => ({ name, kind: "video" as const, bps: bitrateBps })),
    ...(withAudio
      ? [{ name: audioRendition, kind: "audio" as const, bps: task.profile.audio.bitrateBps }]
      : []),
  ];
  const publishers = new Map<string, RenditionPublisher>();
  for (const { name, kind, bps } of renditions) {
    const directory = join(context.directory.path, name);
    await mkdir(directory, { recursive: true });
    const publisher = new RenditionPublisher({
      store,
      directory,
      kind,
      signal,
      onFailed,
      keyPrefix: objectKeys.attemptFile(ref.videoId, ref.attemptId, name, ""),
      files: {
        playlist: playlistFile,
        init: initFile,
      },
      segmentDurationMs: task.profile.segmentDurationMs,
      ceilingBps: announcedBps(bps, task.profile.segmentDurationMs),
      onPublished: (playlist) =>
        state.update((before) =>
          kind === "audio" ? withAudioPlaylist(before, playlist) : withPlaylist(before, name, playlist),
        ),
    });
    publisher.start();
    publishers.set(name, publisher);
  }
  return publishers;
}

async function finish(context: AttemptContext, publishers: Map<string, RenditionPublisher>): Promise<void> {
  await Promise.all(
    [...publishers].map(async ([name, publisher]) => {
      // A sound stream may turn out to hold no sound: then the video is silent.
      const finished = await publisher.finish({ mayBeEmpty: name === audioRendition });
      if (!finished) context.state.update((before) => ({ ...before, audio: null }));
    }),
  );
}

function assertFrames(plan: RenderPlan, { rungs }: RenderWork, statistics: FrameStatistics): void {
  const names = new Set(rungs.map(({ name }) => name));
  const isEmpty = plan.outputs.some(
    ({ name }, index) => names.has(name) && !statistics.outputs.get(index)?.frames,
  );
  if (isEmpty) {
    throw inputError(
      "SOURCE_NO_FRAMES",
      "The source's video stream holds no picture that could be decoded. Upload a copy that plays.",
    );
  }
}
