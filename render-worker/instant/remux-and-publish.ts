import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { objectKeys, sourceVariantName } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { withAudioPlaylist, withPlaylist } from "../attempt/attempt-state.ts";
import { tracerName } from "../attempt/attempt-trace.ts";
import type { AttemptContext } from "../attempt/context.ts";
import { toReportedError } from "../errors.ts";
import { explainFfmpegFailure } from "../ffmpeg/explain-failure.ts";
import { audioRendition, initFile, playlistFile } from "../ffmpeg/plan-render.ts";
import { runFfmpeg } from "../ffmpeg/run-ffmpeg.ts";
import { PlaylistSink } from "../hls/playlist-sink.ts";
import { RenditionPublisher } from "../hls/publish-rendition.ts";
import type { RenditionSink } from "../hls/rendition-sink.ts";
import { wholeSpan } from "../part/render-span.ts";
import { Backlog } from "./backlog.ts";
import { planRemux } from "./plan-remux.ts";
import type { RemuxWork } from "./remux-work.ts";

/** While it waits for the store it makes no progress, and is not stuck. */
const patience = 10;

/**
 * Makes the variant `source`, and the sound with it where that is copied: packets are copied into segments and stored while that goes on.
 * Returns false when ffmpeg could not do it: the variant is then marked as failed, and the rest of the attempt is none the worse. Throws
 * when the store fails, and on the signal.
 */
export async function remuxAndPublish(context: AttemptContext, work: RemuxWork): Promise<boolean> {
  const { config, log, state, tools } = context;
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  await using disposables = new AsyncDisposableStack();
  // Apart from what the encoder writes.
  const directory = join(context.directory.path, "remux");
  const publishers = await startPublishers(context, { ...work, directory }, signal, (error) =>
    failure.abort(error),
  );
  for (const publisher of publishers) disposables.use(publisher);
  const backlog = disposables.use(
    new Backlog(directory, (error) => log.debug({ err: error }, "tick.failed")),
  );
  const plan = planRemux({
    ...work,
    directory,
    limits: config.limits,
  });
  state.update((before) => mark(before, { status: "RENDERING" }));
  const result = await inSpan(tracerName, "remux", { parent: context.trace }, () =>
    runFfmpeg(plan, {
      ffmpegPath: tools.ffmpeg.path,
      signal,
      stallTimeoutMs: patience * config.stallTimeoutMs,
      onStart: (pid) => {
        backlog.follow(pid);
        log.info({ pid }, "remux.started");
        void context.directory
          .noteEncoder(pid, "ffmpeg-remux.json")
          .catch((error: unknown) => log.warn({ err: error }, "ffmpeg.not-noted"));
      },
    }),
  );
  await backlog[Symbol.asyncDispose]();
  signal.throwIfAborted();
  if (result.exitCode !== 0) {
    const error = explainFfmpegFailure(result);
    log.warn({ err: error, logTail: result.logTail }, "remux.failed");
    state.update((before) =>
      mark(before, { status: "FAILED", error: toReportedError(error), playlist: null }),
    );
    return false;
  }
  await Promise.all(publishers.map((publisher) => publisher.finish()));
  log.info("remux.ended");
  return true;
}

type State = AttemptContext["state"]["current"];

const mark = (state: State, change: Partial<State["variants"][number]>): State => ({
  ...state,
  variants: state.variants.map((variant) =>
    variant.name === sourceVariantName ? { ...variant, ...change } : variant,
  ),
});

async function startPublishers(
  context: AttemptContext,
  { plan, withPicture, sound, ...work }: RemuxWork & { directory: string },
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<RenditionPublisher[]> {
  const { ref, store, task } = context;
  const { segmentDurationMs } = task.profile;
  const picture: Copied = {
    name: sourceVariantName,
    kind: "video",
    borderMs: plan.cuts.borderMs,
    // Known before: it must not change while the playlist grows.
    segmentDurationMs: Math.max(segmentDurationMs, plan.longestSegmentMs),
    ceilingBps: Math.ceil(plan.peakBps * container),
  };
  const audio: Copied = {
    ...{ name: audioRendition, kind: "audio" },
    ...{ borderMs: segmentDurationMs, segmentDurationMs, ceilingBps: soundCeilingBps },
  };
  const renditions = [...(withPicture ? [picture] : []), ...(sound ? [audio] : [])];
  return await Promise.all(
    renditions.map(async (rendition) => {
      const { name, kind, borderMs } = rendition;
      const directory = join(work.directory, name);
      await mkdir(directory, { recursive: true });
      const publisher = new RenditionPublisher({
        ...{ store, directory, kind, signal, onFailed },
        keyPrefix: objectKeys.attemptFile(ref.videoId, ref.attemptId, name, ""),
        files: { playlist: playlistFile, init: initFile },
        span: wholeSpan,
        // Pieces last as ffmpeg says.
        frameMs: null,
        segmentDurationMs: borderMs,
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
  { ref, state, store }: AttemptContext,
  { name, kind, segmentDurationMs, ceilingBps }: Copied,
  signal: AbortSignal,
): RenditionSink {
  return new PlaylistSink({
    ...{ store, segmentDurationMs, ceilingBps, signal },
    key: objectKeys.attemptFile(ref.videoId, ref.attemptId, name, playlistFile),
    onPublished: (playlist) =>
      state.update((before) =>
        kind === "audio" ? withAudioPlaylist(before, playlist) : withPlaylist(before, name, playlist),
      ),
  });
}

/** What the container adds to the picture's bytes, at most. */
const container = 1.05;
/** More than AAC-LC in stereo is ever given; the measured peak takes its place at the end. */
const soundCeilingBps = 512_000;
