import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isSound, objectKeys } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { blameDevice, DeviceFailure } from "../devices/blame-device.ts";
import { type DevicePlan, describeEncoder } from "../devices/choose-devices.ts";
import { inputError } from "../errors.ts";
import { explainFfmpegFailure } from "../ffmpeg/explain-failure.ts";
import { FrameStatistics } from "../ffmpeg/frame-statistics.ts";
import {
  initFile,
  planRender,
  playlistFile,
  type RenderPlan,
  statisticsFile,
  toArguments,
} from "../ffmpeg/plan-render.ts";
import { ProgramUsage } from "../ffmpeg/program-usage.ts";
import { runFfmpeg } from "../ffmpeg/run-ffmpeg.ts";
import { withThreads } from "../ffmpeg/with-threads.ts";
import { RenditionPublisher } from "../hls/publish-rendition.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import type { Threads } from "../limits/estimate-need.ts";
import { planAllowance } from "../limits/plan-allowance.ts";
import type { PartDecision } from "../part/decide-part.ts";
import { findEntry } from "../part/find-entry.ts";
import { findLeadIns } from "../part/find-lead-ins.ts";
import { frameDurationMs, picturesSpan, soundFrameMs } from "../part/frame-duration.ts";
import { mustBeSearched } from "../part/plan-entry.ts";
import type { SourceEntry } from "../part/render-span.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { planSound } from "../sound/plan-sound.ts";
import type { SoundTrack } from "../sound/sound-track.ts";
import { Ticker } from "../ticker.ts";
import { makeFolder } from "../work-directory/make-folder.ts";
import { AllowanceGuard } from "./allowance-guard.ts";
import { announceSplit, type SplitWork } from "./announce-split.ts";
import { withoutSound } from "./attempt-state.ts";
import { tracerName } from "./attempt-trace.ts";
import { brakedRun } from "./braked-run.ts";
import type { AttemptContext } from "./context.ts";
import type { RestDecision } from "./decide-rest.ts";
import { EncoderBrake } from "./encoder-brake.ts";
import { judgeDamage } from "./judge-damage.ts";
import { measureGains } from "./measure-gains.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { publishPoster } from "./publish-poster.ts";
import { toPart, toPlaylist } from "./rendition-sinks.ts";
import { progressing, withSound } from "./sound-progress.ts";
import { SpeedMeter } from "./speed-meter.ts";
import { UsageMeter } from "./usage-meter.ts";

export interface RenderWork {
  source: SourceFile;
  rungs: readonly PlannedRung[];
  /** Tracks to encode. */
  sounds: readonly SoundTrack[];
  part: PartDecision;
  /** With a head. */
  split?: SplitWork;
  /** With a head: what decides how the rest is made, which is not announced before. */
  decision?: RestDecision;
  /** The last of its goes: then the decision is waited for. */
  isLastPass?: boolean;
  /** Absent: as many as ffmpeg takes by itself. */
  threads?: Threads;
  /** Told how much memory the ffmpeg that encodes held at most. */
  onPeak?: (bytes: number) => void;
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

const tickMs = 500;
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
  const leadInMs = await measureLeadIn(context, work, entry);
  const planned = planRender({
    ...work,
    soundGainsDb: await measureGains(context, work),
    span: part.span,
    ...(entry && { entry }),
    withPoster: context.state.current.posterKey === null,
    profile: context.task.profile,
    filters: tools.filters,
    directory,
    limits: config.limits,
  });
  const plan = withThreads(
    planned,
    work.threads,
    work.rungs.map(({ name }) => name),
  );
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  await using disposables = new AsyncDisposableStack();
  const publishers = await startPublishers(context, work, signal, (error) => failure.abort(error));
  for (const publisher of publishers.values()) disposables.use(publisher);
  // Of an earlier go.
  await rm(join(directory, statisticsFile), { force: true });
  const statistics = disposables.use(new FrameStatistics(join(directory, statisticsFile)));
  const meter = new ProgressMeter(progressing(work), plan.outputs, toLength(work));
  const speed = new SpeedMeter();

  state.update((before) => ({
    ...before,
    variants: before.variants.map((variant) =>
      publishers.has(variant.name) ? { ...variant, status: "RENDERING" } : variant,
    ),
  }));
  // Tasks for the rest read the source from the store.
  const isSourceStored = () => context.source?.isStored() ?? true;
  const isDecided = () => work.decision?.isSettled ?? true;
  const usage = new UsageMeter(context.metrics, () => storedBytes(publishers));
  disposables.defer(() => usage.read());
  const span = part.kind === "WHOLE" ? {} : { span: part.span };
  const progressed = (nowMs: number) => {
    const told = withSound(statistics.outputs, plan.outputs, publishers, part);
    context.reporter.progressed({ ...span, variants: meter.read(told, publishers, nowMs) });
  };
  const brake = disposables.use(
    new EncoderBrake({
      directories: [...publishers.keys()].map((name) => join(directory, name)),
      limitBytes: config.unsentBytes ?? defaultUnsentBytes,
      isStoring: () => [...publishers.values()].some((publisher) => publisher.isStoring),
      onChange: (isHeld, unsentBytes) =>
        isHeld ? log.warn({ unsentBytes }, "encoder.held") : log.info({ unsentBytes }, "encoder.let-go"),
    }),
  );
  const guard = new AllowanceGuard({
    allowance: planAllowance({
      ...{ durationMs: toLength(work).durationMs, longestMs: config.limits.sourceDurationMs, leadInMs },
      ...{ picture: source.probe.video, rungs: work.rungs },
      soundBps: work.sounds.reduce((sum, track) => sum + soundBps(context, track), 0),
      ...(config.leastAllowance && { least: config.leastAllowance }),
    }),
    directories: [...publishers.keys()].map((name) => join(directory, name)),
    storedBytes: () => storedBytes(publishers),
  });
  // On its own: the other waits for the store, too.
  disposables.use(
    new Ticker(
      tickMs,
      async () => {
        await brake.read();
        await guard.check().catch((error: unknown) => failure.abort(error));
      },
      (error) => log.debug({ err: error }, "tick.failed"),
    ),
  );
  const tick = async () => {
    await statistics.poll();
    usage.read();
    const now = performance.now();
    progressed(now);
    speed.read(encodedPixels(plan, work, statistics), now);
    if (work.split && speed.pixelsPerSecond !== null && isDecided() && isSourceStored())
      announceSplit(context.state, work.split, { ...work, pixelsPerSecond: speed.pixelsPerSecond });
    await publishPoster(context, signal);
  };
  const ticker = disposables.use(
    new Ticker(tickMs, tick, (error) => log.debug({ err: error }, "tick.failed")),
  );

  const run = brakedRun(context, {
    ...{ brake, signal },
    onStart: (pid) => log.info({ pid, renditions: [...publishers.keys()] }, "ffmpeg.started"),
  });
  const attributes = { "reelay.renditions": [...publishers.keys()] };
  using own = new ProgramUsage();
  const result = await inSpan(tracerName, "encode", { parent: context.trace, attributes }, () =>
    own.around(() => runFfmpeg(plan, run)).finally(() => brake.leave()),
  );
  work.onPeak?.(own.read()?.peakMemoryBytes ?? 0);
  await ticker[Symbol.asyncDispose]();
  signal.throwIfAborted();
  await statistics.poll();
  if (result.exitCode !== 0) {
    const cause = explainFfmpegFailure(result);
    const blame = blameDevice(result, work.devices, work.source.probe.video.codec);
    throw blame ? new DeviceFailure(blame, { cause }) : cause;
  }
  if (part.span.startMs === 0) assertFrames(plan, work, statistics);
  if (part.kind === "WHOLE" && work.rungs.length > 0) assertDecoded(work, statistics);
  noteDamage(context, work, statistics, result.logTail);
  learnSpeed(context, work, speed);
  if (work.split && isDecided() && isSourceStored())
    announceSplit(context.state, work.split, { ...work, pixelsPerSecond: speed.pixelsPerSecond });
  await inSpan(tracerName, "publish", { parent: context.trace }, () => finish(context, work, publishers));
  if (work.split && (isDecided() || work.isLastPass)) {
    await work.decision?.settle();
    signal.throwIfAborted();
    await context.source?.stored();
    announceSplit(context.state, work.split, { ...work, pixelsPerSecond: speed.pixelsPerSecond });
  }
  progressed(performance.now());
  await publishPoster(context, signal);
  const encoders = [...work.devices.encoders].map(([name, encoder]) => [name, describeEncoder(encoder)]);
  return { command: [tools.ffmpeg.path, ...toArguments(plan)], encoders: Object.fromEntries(encoders) };
}

/** What a chunk decodes before its own pictures, milliseconds; at worst all that comes before it. */
async function measureLeadIn(
  { config, tools, signal }: AttemptContext,
  { source, part: { kind, span } }: RenderWork,
  entry: SourceEntry | null,
): Promise<number> {
  if (kind !== "CHUNK") return 0;
  if (mustBeSearched(source)) return span.startMs - (entry?.seekMs ?? 0);
  const options = { ffprobePath: tools.ffprobe.path, limits: config.limits, signal };
  return (await findLeadIns(source, [span.startMs], options))[0] ?? span.startMs;
}

const storedBytes = (publishers: ReadonlyMap<string, RenditionPublisher>): number =>
  publishers.values().reduce((sum, publisher) => sum + publisher.storedBytes, 0);

/** A few segments of every rendition at their ceiling, and something to spare. */
function roomNeededBytes({ rungs }: RenderWork, segmentDurationMs: number): number {
  const bytesPerSecond = rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps / 8, 0);
  return Math.ceil(64 * 1024 * 1024 + (4 * bytesPerSecond * segmentDurationMs) / 1000);
}

async function startPublishers(
  context: AttemptContext,
  { source, rungs, sounds, part, suffix }: RenderWork & EncodingRound,
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<Map<string, RenditionPublisher>> {
  const { ref, store, task } = context;
  const renditions = [
    ...rungs.map((rung) => ({
      name: rung.name,
      kind: "video" as const,
      bps: rung.bitrateBps,
      frameMs: frameDurationMs(source, rung),
      ...picturesSpan(source),
    })),
    ...sounds.map(({ name, probe }) => ({
      name,
      kind: "audio" as const,
      bps: soundBps(context, { probe }),
      frameMs: soundFrameMs,
    })),
  ];
  const publishers = new Map<string, RenditionPublisher>();
  for (const { name, kind, bps, ...timing } of renditions) {
    const directory = join(context.directory.path, name);
    await makeFolder(directory);
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
      ...timing,
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

/** Pixels of all pictures that were encoded. */
function encodedPixels(plan: RenderPlan, { rungs }: RenderWork, statistics: FrameStatistics): number {
  return plan.outputs.reduce((sum, { name }, index) => {
    const rung = rungs.find((planned) => planned.name === name);
    return sum + (rung ? rung.width * rung.height * (statistics.outputs.get(index)?.frames ?? 0) : 0);
  }, 0);
}

const soundBps = ({ task }: AttemptContext, { probe }: Pick<SoundTrack, "probe">): number =>
  planSound(task.profile.audio, probe.channels, 0).bitrateBps;

/** What was measured is believed of the codec that all of it was for. */
function learnSpeed({ throughput }: AttemptContext, { rungs }: RenderWork, speed: SpeedMeter): void {
  const [codec, ...others] = new Set(rungs.map((rung) => rung.codec));
  if (codec !== undefined && others.length === 0) throughput.learn(codec, speed.pixels, speed.seconds);
}

function toLength({ source, part }: RenderWork): { startMs: number; durationMs: number | null } {
  const { startMs, endMs } = part.span;
  const lastMs = endMs ?? source.probe.durationMs;
  return { startMs, durationMs: lastMs === null ? null : Math.max(1, lastMs - startMs) };
}

async function finish(
  context: AttemptContext,
  { part, source }: RenderWork,
  publishers: Map<string, RenditionPublisher>,
): Promise<void> {
  const made = await Promise.all(
    [...publishers].map(async ([name, publisher]) => {
      // A sound stream may turn out to hold no sound: then it is left out. A part of the timeline may hold nothing of a rendition.
      const isMade = await publisher.finish({ mayBeEmpty: isSound(name) || part.kind !== "WHOLE" });
      if (isMade) return true;
      // Of a head, too: a track that begins after it is silent before.
      if (isSound(name) && (part.kind === "WHOLE" || part.kind === "HEAD"))
        context.state.update((before) => withoutSound(before, name));
      if (part.kind !== "WHOLE") await publisher.publishNothing();
      return false;
    }),
  );
  if (source.isSoundOnly && !made.includes(true)) throw soundEmpty();
}

const soundEmpty = () =>
  inputError(
    "SOURCE_HAS_NO_SOUND",
    "The source's sound stream holds nothing that could be decoded, and its profile makes sound only. Upload a copy that plays, or use a profile with rungs.",
  );

/** Of a part of a long video; what is made in one piece is judged as a whole. */
function noteDamage(
  { log, state }: AttemptContext,
  work: RenderWork,
  statistics: FrameStatistics,
  logTail: string,
): void {
  const { durationMs: lengthMs, startMs } = toLength(work);
  if (work.part.kind === "WHOLE" || work.rungs.length === 0 || lengthMs === null) return;
  const outputs = [...statistics.outputs.values()];
  const damage = judgeDamage({
    ...{ startMs, lengthMs, log: logTail },
    frames: Math.max(0, ...outputs.map(({ frames }) => frames)),
    lastMs: Math.max(startMs, ...outputs.map(({ timeMs }) => timeMs)),
    isVariable: work.source.probe.video.isVariableFrameRate,
    frameRate: work.rungs.reduce((most, { frameRate }) => Math.max(most, frameRate ?? 0), 0) || null,
  });
  if (damage === null) return;
  log.warn({ ...damage }, "source.damaged");
  state.update((before) => ({ ...before, damage }));
}

/** A source most of which is damaged is refused rather than shown for a part of its time without a word. */
function assertDecoded({ source: { promised } }: RenderWork, statistics: FrameStatistics): void {
  const { frames, durationMs } = promised;
  if (frames === null || durationMs === null) return;
  const outputs = [...statistics.outputs.values()];
  const decodedMs = Math.max(...outputs.map(({ timeMs }) => timeMs));
  const decoded = Math.max(...outputs.map((output) => output.frames));
  // Both: edit lists leave pictures out, high rates are thinned out, and one picture may stand for minutes.
  if (decoded >= frames / 2 || decodedMs >= durationMs / 2) return;
  throw inputError(
    "SOURCE_CORRUPT",
    `The source is damaged: of its ${seconds(durationMs)} s of pictures only the first ${seconds(decodedMs)} s could be decoded. Upload a copy that plays to its end.`,
  );
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

function assertFrames(plan: RenderPlan, { rungs }: RenderWork, statistics: FrameStatistics): void {
  const names = new Set(rungs.map(({ name }) => name));
  // Not each by itself: encoders of newer releases write their lines side by side, and the first of some are lost.
  const hasFrames = plan.outputs.some(
    ({ name }, index) => names.has(name) && statistics.outputs.get(index)?.frames,
  );
  if (names.size > 0 && !hasFrames) {
    throw inputError(
      "SOURCE_NO_FRAMES",
      "The source's video stream holds no picture that could be decoded. Upload a copy that plays.",
    );
  }
}
