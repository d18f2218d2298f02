import { join } from "node:path";
import { objectKeys, SOURCE_VARIANT_NAME } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../../attempt/index.ts";
import { inputError, type RenderError, toReportedError } from "../../../errors.ts";
import { makeFolder, reserveMemory } from "../../../host/index.ts";
import { explainFfmpegFailure, INIT_FILE, PLAYLIST_FILE } from "../../../media/ffmpeg/index.ts";
import { PlaylistSink, RenditionPublisher, type RenditionSink } from "../../../media/hls/index.ts";
import { wholeSpan } from "../../../media/timeline/index.ts";
import type { ProgramResult } from "../../../programs/index.ts";
import { Ticker } from "../../../ticker.ts";
import {
  brakedRun,
  EncoderBrake,
  type RenderAttempt,
  withAudioPlaylist,
  withPlaylist,
} from "../../render/index.ts";
import { assertIdr, NotIdrError } from "./assert-idr.ts";
import { planRemux } from "./plan-remux.ts";
import { needOfRemux, type RemuxWork } from "./remux-work.ts";

/** A copy is much faster than an encode, so unsent bytes are checked this often, and limited to this many. */
const TICK_MS = 25;
const UNSENT_BYTES = 128 * 1024 * 1024;

/**
 * Makes the variant `source`, and copied audio: ffmpeg copies packets into segments, which are stored
 * meanwhile. Returns false if ffmpeg failed: the variant is then FAILED, and the rest of the attempt
 * continues. Throws if the store fails, and on the signal.
 */
export async function remuxAndPublish(context: RenderAttempt, work: RemuxWork): Promise<boolean> {
  const { config, log, state } = context;
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  await using disposables = new AsyncDisposableStack();
  // Separate from the encoder's output.
  const directory = join(context.directory.path, "remux");
  await makeFolder(directory);
  const publishers = await startPublishers(context, { ...work, directory }, signal, (error) =>
    failure.abort(error),
  );
  for (const publisher of publishers) disposables.use(publisher);
  const brake = disposables.use(
    new EncoderBrake({
      directories: [SOURCE_VARIANT_NAME, ...work.audioTracks.map(({ track }) => track.name)].map((name) =>
        join(directory, name),
      ),
      limitBytes: Math.min(UNSENT_BYTES, config.unsentBytes ?? UNSENT_BYTES),
      isStoring: () => publishers.some((publisher) => publisher.isStoring),
      onChange: (isHeld) => log.debug({ isHeld }, "remux.paused"),
    }),
  );
  const ticker = disposables.use(
    new Ticker(
      TICK_MS,
      () => brake.read(),
      (error) => log.debug({ err: error }, "tick.failed"),
    ),
  );
  state.update((before) => mark(before, { status: "RENDERING" }));
  const plan = planRemux({ ...work, directory, limits: config.limits });
  const run = brakedRun(context, {
    ...{ brake, signal, file: "ffmpeg-remux.json" },
    onStart: (pid) => log.info({ pid }, "remux.started"),
  });
  const result = await reserveMemory({ ...context, signal }, needOfRemux(work), () =>
    inSpan(TRACER_NAME, "remux", { parent: context.trace }, () => context.programs.render(plan, run)),
  );
  brake.leave();
  await ticker[Symbol.asyncDispose]();
  const error = failureOf(result, signal) ?? (await finish(publishers));
  if (error === null) {
    log.info("remux.ended");
    return true;
  }
  log.warn({ err: error, logTail: result.stderr }, "remux.failed");
  state.update((before) => mark(before, { status: "FAILED", error: toReportedError(error), playlist: null }));
  return false;
}

/** The error that only concerns the copy; throws any other. */
function failureOf(result: ProgramResult, signal: AbortSignal): RenderError | null {
  if (signal.aborted && signal.reason instanceof NotIdrError) return notStreamable();
  signal.throwIfAborted();
  return result.exitCode === 0 ? null : explainFfmpegFailure(result);
}

async function finish(publishers: readonly RenditionPublisher[]): Promise<RenderError | null> {
  try {
    await Promise.all(publishers.map((publisher) => publisher.finish()));
    return null;
  } catch (error) {
    if (error instanceof NotIdrError) return notStreamable();
    throw error;
  }
}

const notStreamable = (): RenderError =>
  inputError(
    "SOURCE_NOT_STREAMABLE",
    "A segment of the source does not start with an IDR frame, although its index says so. The source is only encoded.",
  );

type State = RenderAttempt["state"]["current"];

const mark = (state: State, change: Partial<State["variants"][number]>): State => ({
  ...state,
  variants: state.variants.map((variant) =>
    variant.name === SOURCE_VARIANT_NAME ? { ...variant, ...change } : variant,
  ),
});

async function startPublishers(
  context: RenderAttempt,
  { plan, withPicture, audioTracks, ...work }: RemuxWork & { directory: string },
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<RenditionPublisher[]> {
  const { ref, store, task } = context;
  const { segmentDurationMs } = task.profile;
  const picture: Copied = {
    name: SOURCE_VARIANT_NAME,
    kind: "video",
    borderMs: plan.cuts.borderMs,
    // Fixed in advance, since it must not change while the playlist grows.
    segmentDurationMs: Math.max(segmentDurationMs, plan.longestSegmentMs),
    ceilingBps: Math.ceil(plan.peakBps * CONTAINER),
  };
  const copied = audioTracks.map(
    ({ track: { name } }): Copied => ({
      ...{ name, kind: "audio" },
      ...{ borderMs: segmentDurationMs, segmentDurationMs, ceilingBps: AUDIO_CEILING_BPS },
    }),
  );
  const renditions = [...(withPicture ? [picture] : []), ...copied];
  return await Promise.all(
    renditions.map(async (rendition) => {
      const { name, kind, borderMs } = rendition;
      const directory = join(work.directory, name);
      await makeFolder(directory);
      const publisher = new RenditionPublisher({
        ...{ store, directory, kind, signal, onFailed },
        keyPrefix: objectKeys.attemptFile(ref.videoId, ref.attemptId, name, ""),
        files: { playlist: PLAYLIST_FILE, init: INIT_FILE },
        span: wholeSpan,
        // Pieces have the durations that ffmpeg states.
        frameMs: null,
        segmentDurationMs: borderMs,
        ...(kind === "video" && { check: (path) => assertIdr(path, plan.lengthBytes) }),
        sink: toPlaylist(context, rendition, signal),
      });
      publisher.start();
      return publisher;
    }),
  );
}

interface Copied {
  name: string;
  kind: "video" | "audio";
  borderMs: number;
  segmentDurationMs: number;
  ceilingBps: number;
}

function toPlaylist(
  { ref, state, store }: RenderAttempt,
  { name, kind, segmentDurationMs, ceilingBps }: Copied,
  signal: AbortSignal,
): RenditionSink {
  return new PlaylistSink({
    ...{ store, segmentDurationMs, ceilingBps, signal },
    key: objectKeys.attemptFile(ref.videoId, ref.attemptId, name, PLAYLIST_FILE),
    onPublished: (playlist) =>
      state.update((before) =>
        kind === "audio" ? withAudioPlaylist(before, name, playlist) : withPlaylist(before, name, playlist),
      ),
  });
}

/** Maximum overhead of the container. */
const CONTAINER = 1.05;
/** Above any usual bitrate of stereo AAC-LC; replaced by the measured peak at the end. */
const AUDIO_CEILING_BPS = 512_000;
