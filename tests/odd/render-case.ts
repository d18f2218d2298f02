import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import {
  type AudioState,
  audioTracksOf,
  isAudio,
  objectKeys,
  type Profile,
  type PublishedPlaylist,
  type RenditionPart,
  type TaskPart,
  toAudioFields,
  type VariantState,
} from "@reelay/contracts";
import { defaultProfile, type startWorker } from "../../render-worker/testing/kit.ts";
import type { RenderTask } from "../../render-worker/testing/to-message.ts";
import { joinParts } from "../../src/streaming/join-parts.ts";
import { planMasterPlaylist } from "../../src/streaming/master-playlist.ts";

export type Worker = Awaited<ReturnType<typeof startWorker>>;

const rung = (height: number, bitrateBps: number, maxFrameRate: 30 | 60) =>
  ({ name: `${height}p`, height, tier: "CRITICAL", codec: "H264", bitrateBps, maxFrameRate }) as const;

/** Small, and with segments so short that a few seconds have several. */
export const oddProfile: Profile = {
  ...defaultProfile,
  rungs: [rung(72, 150_000, 30), rung(144, 300_000, 60), rung(480, 900_000, 60)],
  segmentDurationMs: 2_000,
  gopDurationMs: 1_000,
};

/** A video as viewers get it: files below a folder, and what its rows would say. */
export interface MadeStream {
  /** Null where the video was not split. */
  parts: readonly RenditionPart[] | null;
  master: string;
  variants: (VariantState & { playlist: PublishedPlaylist })[];
  audio: (AudioState & { playlist: PublishedPlaylist }) | null;
  /** Playlists of further tracks of audio. */
  otherAudioTracks: PublishedPlaylist[];
  posterKey: string | null;
  path: (key: string) => string;
}

type State = Awaited<ReturnType<typeof make>>["state"];

async function make(worker: Worker, clip: string, changes: Partial<RenderTask>) {
  const task = await worker.request(clip, { profile: oddProfile, ...changes });
  const end = await worker.end(task);
  if (end.type !== "task.completed.v1") throw new Error(JSON.stringify("error" in end ? end.error : end));
  return { state: end.result, videoId: task.videoId };
}

export async function renderWhole(worker: Worker, clip: string): Promise<MadeStream> {
  const { state, videoId } = await make(worker, clip, {});
  return await publish(worker, videoId, state, null);
}

/** As the API would have it made: a head of two seconds, chunks of two, and the audio. */
export async function renderSplit(worker: Worker, clip: string): Promise<MadeStream> {
  const headMs = 2_000;
  const { state: head, videoId } = await make(worker, clip, {
    part: { kind: "HEAD", wholeUpToMs: 1_000, headMs },
  });
  const { split } = head;
  if (split === undefined) return await publish(worker, videoId, head, null);
  const ladder = head.variants.filter(({ name }) => split.renditions.includes(name));
  const restMs = (head.source?.probe?.durationMs ?? 0) - headMs;
  const chunks = Math.max(1, Math.floor(restMs / 2_000));
  const tasks: Partial<RenderTask>[] = Array.from({ length: chunks }, (_, index) => {
    const startMs = headMs + index * 2_000;
    const part: TaskPart = { kind: "CHUNK", startMs, endMs: index === chunks - 1 ? null : startMs + 2_000 };
    return { part, ladder };
  });
  const renditions = split.renditions.filter(isAudio);
  if (renditions.length > 0) tasks.push({ part: { kind: "AUDIO", startMs: headMs, renditions } });
  const parts = [...(head.parts ?? [])];
  for (const task of tasks) {
    const { state } = await make(worker, clip, { ...task, videoId });
    parts.push(...(state.parts ?? []));
  }
  return await publish(worker, videoId, await join(worker, videoId, head, parts), parts);
}

/** The head's state with the playlists that are joined from all parts. */
async function join(
  worker: Worker,
  videoId: string,
  head: State,
  parts: readonly RenditionPart[],
): Promise<State> {
  const joined = new Map<string, PublishedPlaylist>();
  for (const name of new Set(parts.map(({ rendition }) => rendition))) {
    const own = parts.filter(({ rendition }) => rendition === name);
    const { segmentDurationMs } = oddProfile;
    const playlist = joinParts(own, { videoId, name, segmentDurationMs, ceilingBps: 1 });
    if (!playlist?.published.isComplete) throw new Error(`the parts of ${name} do not follow on one another`);
    await write(worker.store.path(playlist.published.key), playlist.text);
    joined.set(name, playlist.published);
  }
  return {
    ...head,
    variants: head.variants.map((variant) => {
      const playlist = joined.get(variant.name);
      return playlist ? { ...variant, playlist, status: "READY" } : variant;
    }),
    ...toAudioFields(audioTracksOf(head).map((track) => withPlaylist(track, joined.get(track.name)))),
  };
}

const withPlaylist = (track: AudioState, playlist: PublishedPlaylist | undefined): AudioState =>
  playlist ? { ...track, playlist } : track;

async function publish(
  worker: Worker,
  videoId: string,
  state: State,
  parts: MadeStream["parts"],
): Promise<MadeStream> {
  const variants = state.variants.flatMap((variant) =>
    variant.status === "READY" && variant.playlist ? [{ ...variant, playlist: variant.playlist }] : [],
  );
  const audio = state.audio?.playlist ? { ...state.audio, playlist: state.audio.playlist } : null;
  const rows = variants.map(({ index: position, name, width, height, frameRate, playlist }) => ({
    name,
    position,
    width,
    height,
    frameRate,
    playlist,
  }));
  const master = planMasterPlaylist({
    ...{ id: videoId, playableAt: null, variants: rows, captionTracks: [] },
    audioTracks: audioTracksOf(state).map(
      ({ name, label = null, role = null, language, channels, playlist }) => {
        return { name, label, role, language, channels, playlist, startMs: 0 };
      },
    ),
  });
  if (master === null) throw new Error("nothing of it can be played");
  await write(worker.store.path(objectKeys.master(videoId)), master);
  return {
    parts,
    master,
    variants,
    audio,
    otherAudioTracks: (state.audios ?? []).flatMap(({ playlist }) => playlist ?? []),
    posterKey: state.posterKey,
    path: (key) => worker.store.path(key),
  };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
