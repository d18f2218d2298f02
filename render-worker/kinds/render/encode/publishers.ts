/** Stores the renditions of one pass while they are written. */

import { join } from "node:path";
import { announcedBps, isAudio, objectKeys, type RenderState } from "@reelay/contracts";
import { inputError } from "../../../errors.ts";
import { makeFolder } from "../../../host/index.ts";
import { planAudioEncoding } from "../../../media/audio/index.ts";
import { INIT_FILE, PLAYLIST_FILE } from "../../../media/ffmpeg/index.ts";
import { PartSink, PlaylistSink, RenditionPublisher, type RenditionSink } from "../../../media/hls/index.ts";
import type { AudioTrack } from "../../../media/probe/index.ts";
import { AUDIO_FRAME_MS, frameDurationMs, picturesSpan } from "../../../media/timeline/index.ts";
import type { RenderAttempt } from "../context.ts";
import type { PartDecision } from "../split/index.ts";
import { assertReaches, withAudioPlaylist, withoutAudio, withPart, withPlaylist } from "../state/index.ts";
import type { RenderRound, RenderWork } from "./render-work.ts";

/** By rendition name. */
type Publishers = Map<string, RenditionPublisher>;

/** Starts a publisher for each rendition. */
export async function startPublishers(
  context: RenderAttempt,
  { source, rungs, audioTracks, part, piece, suffix }: RenderRound,
  {
    recipes,
    signal,
    onFailed,
  }: { recipes: ReadonlyMap<string, string>; signal: AbortSignal; onFailed: (error: unknown) => void },
): Promise<Publishers> {
  const { ref, store, task } = context;
  const renditions = [
    ...rungs.map((rung) => ({
      name: rung.name,
      kind: "video" as const,
      bps: rung.bitrateBps,
      frameMs: frameDurationMs(source, rung),
      ...picturesSpan(source),
    })),
    ...audioTracks.map(({ name, probe }) => ({
      name,
      kind: "audio" as const,
      bps: audioBps(context, { probe }),
      frameMs: AUDIO_FRAME_MS,
    })),
  ];
  const publishers: Publishers = new Map();
  for (const { name, kind, bps, ...timing } of renditions) {
    const directory = join(context.directory.path, name);
    await makeFolder(directory);
    const publisher = new RenditionPublisher({
      store,
      directory,
      kind,
      signal,
      onFailed,
      keyPrefix: objectKeys.attemptFile(ref.videoId, ref.attemptId, name + suffix, piece?.objectPrefix ?? ""),
      startSeconds: piece?.startSeconds ?? 0,
      files: {
        playlist: PLAYLIST_FILE,
        init: INIT_FILE,
      },
      span: part.span,
      ...timing,
      segmentDurationMs: task.profile.segmentDurationMs,
      sink: piece
        ? piece.sink(name, recipes.get(name) ?? "")
        : part.kind === "WHOLE"
          ? toPlaylist(context, { name, kind, bps, folder: name + suffix, signal })
          : toPart(context, name, part),
    });
    publisher.start();
    publishers.set(name, publisher);
  }
  return publishers;
}

/** Resolves when all is stored. @throws if an audio-only video has no audio. */
export async function finishPublishers(
  context: RenderAttempt,
  { part, source }: RenderWork,
  publishers: Publishers,
): Promise<void> {
  const made = await Promise.all(
    [...publishers].map(async ([name, publisher]) => {
      // An audio stream may turn out to be empty and is then left out. A part of the timeline may have no
      // content for a rendition.
      const isMade = await publisher.finish({ mayBeEmpty: isAudio(name) || part.kind !== "WHOLE" });
      if (isMade) return true;
      // Also for a head: a track that starts after it is silent until then.
      if (isAudio(name) && (part.kind === "WHOLE" || part.kind === "HEAD"))
        context.state.update((before) => withoutAudio(before, name));
      if (part.kind !== "WHOLE") await publisher.publishNothing();
      return false;
    }),
  );
  if (source.isAudioOnly && !made.includes(true)) throw audioEmpty();
}

const audioEmpty = () =>
  inputError(
    "SOURCE_HAS_NO_AUDIO",
    "The source's audio stream has nothing that could be decoded, and its profile is audio only. Upload an intact copy, or use a profile with rungs.",
  );

export const audioBps = ({ task }: RenderAttempt, { probe }: Pick<AudioTrack, "probe">): number =>
  planAudioEncoding(task.profile.audio, probe.channels, 0).bitrateBps;

export const storedBytes = (publishers: Publishers): number =>
  publishers.values().reduce((sum, publisher) => sum + publisher.storedBytes, 0);

/** For a rendition that this attempt makes whole: its own playlist. */
export function toPlaylist(
  { ref, state, store, task }: RenderAttempt,
  rendition: {
    name: string;
    kind: "video" | "audio";
    bps: number;
    /** Below the attempt's prefix. */
    folder: string;
    signal: AbortSignal;
  },
): RenditionSink {
  const { segmentDurationMs } = task.profile;
  const { name, kind, bps, folder, signal } = rendition;
  return new PlaylistSink({
    store,
    key: objectKeys.attemptFile(ref.videoId, ref.attemptId, folder, PLAYLIST_FILE),
    segmentDurationMs,
    ceilingBps: announcedBps(bps, segmentDurationMs),
    signal,
    onPublished: (playlist) =>
      state.update((before) =>
        kind === "audio" ? withAudioPlaylist(before, name, playlist) : withPlaylist(before, name, playlist),
      ),
  });
}

/**
 * For a part. Its first segment and its end are reported immediately: the first lets it play, the end lets
 * the next part follow.
 */
export function toPart(
  { state, source }: RenderAttempt,
  name: string,
  { span }: PartDecision,
): RenditionSink {
  return new PartSink(name, span, (part) => {
    if (part.isComplete && source?.beginningOf) assertReaches(name, span.endMs, part.segments);
    const isUrgent = part.isComplete || part.segments.length === 1;
    const change = (before: RenderState) => withPart(before, part);
    if (isUrgent) state.update(change);
    else state.updateSoon(change);
  });
}
