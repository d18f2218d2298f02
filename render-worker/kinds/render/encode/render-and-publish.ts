import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { VariantsProgress } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../../attempt/index.ts";
import {
  blameDevice,
  DeviceFailure,
  describeEncoder,
  findDeviceNodes,
} from "../../../media/devices/index.ts";
import {
  explainFfmpegFailure,
  FrameStatistics,
  LIVE_INPUT,
  type RenderPlan,
  STATISTICS_FILE,
} from "../../../media/ffmpeg/index.ts";
import { findEntry, findLeadIns, mustBeSearched, type SourceEntry } from "../../../media/timeline/index.ts";
import { behindCopies, ProgramUsage } from "../../../programs/index.ts";
import { Ticker } from "../../../ticker.ts";
import type { RenderAttempt } from "../context.ts";
import { planRender, withThreads } from "../plan/index.ts";
import { announceSplit } from "../split/index.ts";
import { AllowanceGuard } from "./allowance-guard.ts";
import { brakedRun } from "./braked-run.ts";
import { EncoderBrake } from "./encoder-brake.ts";
import { assertDecoded, assertFrames, noteDamage, readWrittenMs } from "./judge-output.ts";
import { measureGains } from "./measure-gains.ts";
import { planAllowance } from "./plan-allowance.ts";
import { planProgramLimits, usesDevice } from "./plan-program-limits.ts";
import { ProgressMeter, progressing, SpeedMeter, UsageMeter, withAudioProgress } from "./progress-meter.ts";
import { publishPoster } from "./publish-poster.ts";
import { audioBps, finishPublishers, startPublishers, storedBytes } from "./publishers.ts";
import { type LivePictures, type Made, type RenderRound, type RenderWork, toLength } from "./render-work.ts";

const TICK_MS = 500;
const DEFAULT_UNSENT_BYTES = 256 * 1024 * 1024;

/**
 * Runs ffmpeg and stores its output meanwhile. Resolves when everything is stored. Throws `DeviceFailure` if
 * an encoder or decoder of a device failed.
 */
export async function renderAndPublish(context: RenderAttempt, work: RenderRound): Promise<Made> {
  const { config, log, state } = context;
  const programs = usesDevice(work.devices)
    ? context.programs.with({ devices: await findDeviceNodes() })
    : context.programs;
  const directory = context.directory.path;
  await context.directory.assertRoom(roomNeededBytes(work, context.task.profile.segmentDurationMs));
  const { source, part, piece } = work;
  const { plan, leadInMs } = await planEncode(context, work);
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  await using disposables = new AsyncDisposableStack();
  const publishers = await startPublishers(context, work, {
    recipes: readRecipes(context, work, plan),
    signal,
    onFailed: (error) => failure.abort(error),
  });
  for (const publisher of publishers.values()) disposables.use(publisher);
  // Left over from a previous pass.
  await rm(join(directory, STATISTICS_FILE), { force: true });
  const statistics = disposables.use(new FrameStatistics(join(directory, STATISTICS_FILE)));
  const meter = new ProgressMeter(progressing(work), plan.outputs, toLength(work), piece?.before);
  const speed = new SpeedMeter();

  state.update((before) => ({
    ...before,
    variants: before.variants.map((variant) =>
      publishers.has(variant.name) ? { ...variant, status: "RENDERING" } : variant,
    ),
  }));
  // The other tasks read the source from the store.
  const isSourceStored = () => context.source?.isStored() ?? true;
  const isDecided = () => work.decision?.isSettled ?? true;
  const usage = new UsageMeter(context.metrics, () => storedBytes(publishers));
  disposables.defer(() => usage.read());
  const span = part.kind === "WHOLE" ? piece?.share && { span: piece.share } : { span: part.span };
  const progressed = (nowMs: number, urgency?: "NOW") => {
    if (work.reportsProgress?.() === false) return;
    const outputs = withAudioProgress(statistics.outputs, plan.outputs, publishers, part);
    const variants = meter.read(outputs, publishers, nowMs);
    const sum = variants.reduce((total, { fraction }) => total + fraction, 0);
    const detail: VariantsProgress = { ...span, variants, ...work.pictures?.progress() };
    context.reporter.progressed(sum / Math.max(1, variants.length), detail, urgency);
  };
  const brake = disposables.use(
    new EncoderBrake({
      directories: [...publishers.keys()].map((name) => join(directory, name)),
      limitBytes: config.unsentBytes ?? DEFAULT_UNSENT_BYTES,
      isStoring: () => [...publishers.values()].some((publisher) => publisher.isStoring),
      onChange: (isHeld, unsentBytes) =>
        isHeld ? log.warn({ unsentBytes }, "encoder.paused") : log.info({ unsentBytes }, "encoder.resumed"),
    }),
  );
  const allowance = planAllowance({
    ...{ durationMs: toLength(work).durationMs, longestMs: config.limits.sourceDurationMs, leadInMs },
    ...{ picture: source.probe.video, rungs: work.rungs },
    audioBps: work.audioTracks.reduce((sum, track) => sum + audioBps(context, track), 0),
    ...(config.leastAllowance && { least: config.leastAllowance }),
  });
  const guard = new AllowanceGuard({
    allowance,
    directories: [...publishers.keys()].map((name) => join(directory, name)),
    storedBytes: () => storedBytes(publishers),
  });
  // Disposed separately: the other one also waits for the store.
  disposables.use(
    new Ticker(
      TICK_MS,
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
    new Ticker(TICK_MS, tick, (error) => log.debug({ err: error }, "tick.failed")),
  );

  let pictures: ReturnType<LivePictures["open"]> | undefined;
  const run = brakedRun(context, {
    // Who makes its input has a watchdog of its own, or waits for another encoder.
    isExcused: () => pictures?.isAwaited() === true,
    ...{ brake, signal, limits: planProgramLimits(allowance, work.devices, work.reservedBytes) },
    ...(!context.isExpress && { priority: behindCopies }),
    onStart: (pid) => log.info({ pid, renditions: [...publishers.keys()] }, "ffmpeg.started"),
  });
  const attributes = { "reelay.renditions": [...publishers.keys()] };
  using own = new ProgramUsage();
  work.pictures?.onStep(() => progressed(performance.now(), "NOW"));
  pictures = work.pictures?.open((error) => failure.abort(error));
  const result = await inSpan(TRACER_NAME, "encode", { parent: context.trace, attributes }, () =>
    own.around(() => programs.render(plan, run, pictures)).finally(() => brake.leave()),
  );
  work.onPeak?.(own.read()?.peakMemoryBytes ?? 0);
  await ticker[Symbol.asyncDispose]();
  signal.throwIfAborted();
  await statistics.poll();
  if (result.exitCode !== 0) {
    const { exitCode, signal: by, endedFor } = result;
    log.warn({ command: programs.describeLine(plan), exitCode, signal: by, endedFor }, "ffmpeg.failed");
    const cause = explainFfmpegFailure(result);
    const blame = blameDevice(result, work.devices, work.source.probe.video.codec);
    throw blame ? new DeviceFailure(blame, { cause }) : cause;
  }
  const writtenMs = await readWrittenMs(context, work);
  if (part.span.startMs === 0) assertFrames(plan, work, statistics, writtenMs);
  if (part.kind === "WHOLE" && work.rungs.length > 0) assertDecoded(work, statistics, writtenMs);
  noteDamage(context, work, statistics, result.stderr);
  learnSpeed(context, work, speed);
  await publishPoster(context, signal);
  piece?.onEncoded();
  if (work.split && isDecided() && isSourceStored())
    announceSplit(context.state, work.split, { ...work, pixelsPerSecond: speed.pixelsPerSecond });
  await inSpan(TRACER_NAME, "publish", { parent: context.trace }, () =>
    finishPublishers(context, work, publishers),
  );
  if (work.split && (isDecided() || work.isLastPass)) {
    await work.decision?.settle();
    signal.throwIfAborted();
    await context.source?.stored();
    announceSplit(context.state, work.split, { ...work, pixelsPerSecond: speed.pixelsPerSecond });
  }
  // The next piece reports its own.
  if (piece === undefined) progressed(performance.now());
  const encoders = [...work.devices.encoders].map(([name, encoder]) => [name, describeEncoder(encoder)]);
  return { command: programs.describe(plan), encoders: Object.fromEntries(encoders) };
}

/** Plans ffmpeg's command, and measures how long a chunk decodes before its own frames. */
async function planEncode(
  context: RenderAttempt,
  work: RenderRound,
): Promise<{ plan: RenderPlan; leadInMs: number }> {
  const { config, programs, signal, task, tools } = context;
  const { source, part, threads, rungs } = work;
  const options = { ffprobe: programs.ffprobe, limits: config.limits, signal };
  const entry =
    part.kind === "WHOLE"
      ? null
      : await findEntry(source, part.kind === "CHUNK" ? part.span.startMs : 0, options);
  const leadInMs = await measureLeadIn(context, work, entry);
  const plan = planRender({
    ...work,
    // What is drawn can be read only once.
    ...(work.pictures === undefined && { audioGainsDb: await measureGains(context, work) }),
    span: part.span,
    ...(entry && { entry }),
    withPoster: context.state.current.posterKey === null && (work.piece?.startSeconds ?? 0) === 0,
    ...(work.piece && { videoMs: work.piece.videoMs }),
    profile: task.profile,
    filters: tools.filters,
    directory: context.directory.path,
    limits: config.limits,
  });
  return {
    plan: withThreads(plan, threads, { rungs, isDrawn: source.input === LIVE_INPUT }),
    leadInMs,
  };
}

/** What decides the bytes of an encode besides the frames (see `RenditionPart`), by rendition. */
export async function planRecipes(
  context: RenderAttempt,
  work: RenderRound,
): Promise<ReadonlyMap<string, string>> {
  const { plan } = await planEncode(context, work);
  return readRecipes(context, work, plan);
}

const readRecipes = (
  { task: { profile }, tools }: RenderAttempt,
  { rungs, devices, part: { span } }: RenderRound,
  { filterGraph, outputs }: RenderPlan,
): ReadonlyMap<string, string> =>
  new Map(
    rungs.map(({ name }) => {
      const encoder = devices.encoders.get(name);
      const options = outputs.find((output) => output.name === name)?.options;
      const segments = [span.firstSegmentMs, profile.segmentDurationMs];
      const encoding = [tools.ffmpeg.version, encoder && describeEncoder(encoder), filterGraph, options];
      const recipe = [...encoding, ...segments];
      return [name, createHash("sha256").update(JSON.stringify(recipe)).digest("hex")];
    }),
  );

/** Milliseconds that a chunk decodes before its own frames; at worst everything before it. */
async function measureLeadIn(
  { config, programs, signal }: RenderAttempt,
  { source, part: { kind, span } }: RenderWork,
  entry: SourceEntry | null,
): Promise<number> {
  if (kind !== "CHUNK") return 0;
  if (mustBeSearched(source)) return span.startMs - (entry?.seekMs ?? 0);
  const options = { ffprobe: programs.ffprobe, limits: config.limits, signal };
  return (await findLeadIns(source, [span.startMs], options))[0] ?? span.startMs;
}

/** A few segments of every rendition at their ceilings, and a reserve. */
function roomNeededBytes({ rungs }: RenderWork, segmentDurationMs: number): number {
  const bytesPerSecond = rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps / 8, 0);
  return Math.ceil(64 * 1024 * 1024 + (4 * bytesPerSecond * segmentDurationMs) / 1000);
}

/** Pixels of all encoded frames. */
function encodedPixels(plan: RenderPlan, { rungs }: RenderWork, statistics: FrameStatistics): number {
  return plan.outputs.reduce((sum, { name }, index) => {
    const rung = rungs.find((planned) => planned.name === name);
    return sum + (rung ? rung.width * rung.height * (statistics.outputs.get(index)?.frames ?? 0) : 0);
  }, 0);
}

/** A measurement counts only if all rungs have the same codec. */
function learnSpeed({ throughput }: RenderAttempt, { rungs }: RenderWork, speed: SpeedMeter): void {
  const [codec, ...others] = new Set(rungs.map((rung) => rung.codec));
  if (codec !== undefined && others.length === 0) throughput.learn(codec, speed.pixels, speed.seconds);
}
