import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { announcedBps, objectKeys, type RenderState } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { blameDevice, DeviceFailure } from "../devices/blame-device.ts";
import { type DevicePlan, describeEncoder } from "../devices/choose-devices.ts";
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
import { PartSink } from "../hls/part-sink.ts";
import { PlaylistSink } from "../hls/playlist-sink.ts";
import { RenditionPublisher } from "../hls/publish-rendition.ts";
import type { RenditionSink } from "../hls/rendition-sink.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import type { PartDecision } from "../part/decide-part.ts";
import { findEntry } from "../part/find-entry.ts";
import { frameDurationMs, soundFrameMs } from "../part/frame-duration.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { Ticker } from "../ticker.ts";
import { withAudioPlaylist, withPart, withPlaylist } from "./attempt-state.ts";
import { tracerName } from "./attempt-trace.ts";
import type { AttemptContext } from "./context.ts";
import { EncoderBrake } from "./encoder-brake.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { publishPoster } from "./publish-poster.ts";
import { SpeedMeter } from "./speed-meter.ts";
import { UsageMeter } from "./usage-meter.ts";

export interface RenderWork {
  source: SourceFile;
  rungs: readonly PlannedRung[];
  withAudio: boolean;
  part: PartDecision;
}

/** The part of a render that depends on who encodes. */
export interface EncodingRound {
  devices: DevicePlan;
  /** Of each rendition's folder in the store: empty at first, `.2` for what is made a second time. */
  suffix: string;
}

export interface Made {
  /** As it could be typed. */
  command: string[];
  /** What made each variant, by its name, e.g. `h264_nvenc on NVIDIA L4`. */
  encoders: Record<string, string>;
}

const tickMs = 250;
const defaultUnsentBytes = 256 * 1024 * 1024;

/**
 * Runs ffmpeg and stores what it writes while it writes it. Returns when everything is stored. Throws `DeviceFailure` when an encoder or decoder
 * on a device was what failed.
 */
export async function renderAndPublish(
  context: AttemptContext,
  work: RenderWork & EncodingRound,
): Promise<Made> {
  const { config, log, state, tools } = context;
  const directory = context.directory.path;
  await context.directory.assertRoom(roomNeededBytes(work, context.task.profile.segmentDurationMs));
  const { source, part } = work;
  const { signal: stopped } = context;
  const entry =
    part.kind === "WHOLE"
      ? null
      : await findEntry(source, part.kind === "CHUNK" ? part.span.startMs : 0, {
          ffprobePath: tools.ffprobe.path,
          limits: config.limits,
          signal: stopped,
        });
  const plan = planRender({
    ...work,
    span: part.span,
    ...(entry && { entry }),
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
  const meter = new ProgressMeter(work.rungs, plan.outputs, spanDurationMs(work));
  const speed = new SpeedMeter();

  state.update((before) => ({
    ...before,
    variants: before.variants.map((variant) =>
      publishers.has(variant.name) ? { ...variant, status: "RENDERING" } : variant,
    ),
  }));
  // Tasks for the rest read the source from the store.
  const isSourceStored = () => context.source?.isStored() ?? true;
  const usage = new UsageMeter(context.metrics, () =>
    [...publishers.values()].reduce((sum, { storedBytes }) => sum + storedBytes, 0),
  );
  disposables.defer(() => usage.readStored());
  const span = part.kind === "WHOLE" ? {} : { span: part.span };
  const progressed = (nowMs: number) =>
    context.reporter.progressed({ ...span, variants: meter.read(statistics.outputs, publishers, nowMs) });
  const brake = disposables.use(
    new EncoderBrake({
      directories: [...publishers.keys()].map((name) => join(directory, name)),
      limitBytes: config.unsentBytes ?? defaultUnsentBytes,
      isStoring: () => [...publishers.values()].some((publisher) => publisher.isStoring),
      onChange: (isHeld, unsentBytes) =>
        isHeld ? log.warn({ unsentBytes }, "encoder.held") : log.info({ unsentBytes }, "encoder.let-go"),
    }),
  );
  // On its own: the other waits for the store, too.
  disposables.use(
    new Ticker(
      tickMs,
      () => brake.read(),
      (error) => log.debug({ err: error }, "tick.failed"),
    ),
  );
  const tick = async () => {
    await statistics.poll();
    await usage.read();
    const now = performance.now();
    progressed(now);
    speed.read(slowest(plan, work, statistics), now);
    if (part.kind === "HEAD" && speed.speed !== null && isSourceStored())
      announceSplit(context, work, speed.speed);
    await publishPoster(context, signal);
  };
  const ticker = disposables.use(
    new Ticker(tickMs, tick, (error) => log.debug({ err: error }, "tick.failed")),
  );

  const run = {
    ffmpegPath: tools.ffmpeg.path,
    signal,
    stallTimeoutMs: config.stallTimeoutMs,
    isExcused: () => brake.isHeld || context.source?.reader.isAwaited() === true,
    onStart: (pid: number) => {
      brake.follow(pid);
      usage.follow(pid);
      log.info({ pid, renditions: [...publishers.keys()] }, "ffmpeg.started");
      void context.directory
        .noteEncoder(pid)
        .catch((error: unknown) => log.warn({ err: error }, "ffmpeg.not-noted"));
    },
  };
  const attributes = { "reelay.renditions": [...publishers.keys()] };
  const result = await inSpan(tracerName, "encode", { parent: context.trace, attributes }, () =>
    runFfmpeg(plan, run).finally(() => brake.leave()),
  );
  await ticker[Symbol.asyncDispose]();
  signal.throwIfAborted();
  await statistics.poll();
  if (result.exitCode !== 0) {
    const cause = explainFfmpegFailure(result);
    const blame = blameDevice(result, work.devices, work.source.probe.video.codec);
    throw blame ? new DeviceFailure(blame, { cause }) : cause;
  }
  if (part.span.startMs === 0) assertFrames(plan, work, statistics);
  if (part.kind === "HEAD" && isSourceStored()) announceSplit(context, work, speed.speed);
  await inSpan(tracerName, "publish", { parent: context.trace }, () => finish(context, work, publishers));
  if (part.kind === "HEAD") {
    await context.source?.stored();
    announceSplit(context, work, speed.speed);
  }
  progressed(performance.now());
  await publishPoster(context, signal);
  const encoders = [...work.devices.encoders].map(([name, encoder]) => [name, describeEncoder(encoder)]);
  return { command: [tools.ffmpeg.path, ...toArguments(plan)], encoders: Object.fromEntries(encoders) };
}

/** A few segments of every rendition at their ceiling, and something to spare. */
function roomNeededBytes({ rungs }: RenderWork, segmentDurationMs: number): number {
  const bytesPerSecond = rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps / 8, 0);
  return Math.ceil(64 * 1024 * 1024 + (4 * bytesPerSecond * segmentDurationMs) / 1000);
}

async function startPublishers(
  context: AttemptContext,
  { source, rungs, withAudio, part, suffix }: RenderWork & EncodingRound,
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<Map<string, RenditionPublisher>> {
  const { ref, store, task } = context;
  const renditions = [
    ...rungs.map((rung) => ({
      ...{ name: rung.name, kind: "video" as const, bps: rung.bitrateBps },
      frameMs: frameDurationMs(source, rung),
    })),
    ...(withAudio
      ? [
          {
            ...{ name: audioRendition, kind: "audio" as const, bps: task.profile.audio.bitrateBps },
            frameMs: soundFrameMs,
          },
        ]
      : []),
  ];
  const publishers = new Map<string, RenditionPublisher>();
  for (const { name, kind, bps, frameMs } of renditions) {
    const directory = join(context.directory.path, name);
    await mkdir(directory, { recursive: true });
    const publisher = new RenditionPublisher({
      store,
      directory,
      kind,
      signal,
      onFailed,
      keyPrefix: objectKeys.attemptFile(ref.videoId, ref.attemptId, name + suffix, ""),
      files: {
        playlist: playlistFile,
        init: initFile,
      },
      span: part.span,
      frameMs,
      segmentDurationMs: task.profile.segmentDurationMs,
      sink:
        part.kind === "WHOLE"
          ? toPlaylist(context, { name, kind, bps, folder: name + suffix, signal })
          : toPart(context, name, part),
    });
    publisher.start();
    publishers.set(name, publisher);
  }
  return publishers;
}

/** The worker's own playlist: the rendition is wholly its business. */
function toPlaylist(
  { ref, state, store, task }: AttemptContext,
  {
    name,
    kind,
    bps,
    folder,
    signal,
  }: { name: string; kind: "video" | "audio"; bps: number; folder: string; signal: AbortSignal },
): RenditionSink {
  const { segmentDurationMs } = task.profile;
  return new PlaylistSink({
    store,
    key: objectKeys.attemptFile(ref.videoId, ref.attemptId, folder, playlistFile),
    segmentDurationMs,
    ceilingBps: announcedBps(bps, segmentDurationMs),
    signal,
    onPublished: (playlist) =>
      state.update((before) =>
        kind === "audio" ? withAudioPlaylist(before, playlist) : withPlaylist(before, name, playlist),
      ),
  });
}

/** Of a part the first segment and the end are told at once: with the first it may play, with the end the next part may follow. */
function toPart({ state }: AttemptContext, name: string, { span }: PartDecision): RenditionSink {
  return new PartSink(name, span, (part) => {
    const isUrgent = part.isComplete || part.segments.length === 1;
    const change = (before: RenderState) => withPart(before, part);
    if (isUrgent) state.update(change);
    else state.updateSoon(change);
  });
}

/** How far the slowest of the variants is. */
function slowest(plan: RenderPlan, { rungs }: RenderWork, statistics: FrameStatistics): number {
  const names = new Set(rungs.map(({ name }) => name));
  const times = plan.outputs.flatMap(({ name }, index) =>
    names.has(name) ? [statistics.outputs.get(index)?.timeMs ?? 0] : [],
  );
  return times.length > 0 ? Math.min(...times) : 0;
}

/** Once: what the tasks for the rest are to make. */
function announceSplit(
  { state }: AttemptContext,
  { part, rungs, withAudio }: RenderWork,
  speed: number | null,
): void {
  const { endMs } = part.span;
  if (state.current.split || endMs === null) return;
  const renditions = [...rungs.map(({ name }) => name), ...(withAudio ? [audioRendition] : [])];
  state.update((before) => ({ ...before, split: { headEndMs: endMs, renditions, speed } }));
}

function spanDurationMs({ source, part }: RenderWork): number | null {
  const { startMs, endMs } = part.span;
  const lastMs = endMs ?? source.probe.durationMs;
  return lastMs === null ? null : Math.max(1, lastMs - startMs);
}

async function finish(
  context: AttemptContext,
  { part }: RenderWork,
  publishers: Map<string, RenditionPublisher>,
): Promise<void> {
  await Promise.all(
    [...publishers].map(async ([name, publisher]) => {
      // A sound stream may turn out to hold no sound: then the video is silent. A part of the timeline may hold nothing of a rendition.
      const isMade = await publisher.finish({ mayBeEmpty: name === audioRendition || part.kind !== "WHOLE" });
      if (isMade) return;
      if (part.kind === "WHOLE") context.state.update((before) => ({ ...before, audio: null }));
      else await publisher.publishNothing();
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
