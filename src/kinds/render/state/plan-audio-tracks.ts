import { isDeepStrictEqual } from "node:util";
import { type AudioState, audioTracksOf, PublishedPlaylist, type RenderState } from "@reelay/contracts";
import { nextPlaylist } from "./next-playlist.ts";
import type { AudioChanges, VideoRows } from "./state-plan.ts";

type AudioRow = VideoRows["audioTracks"][number];
interface Subject {
  videoId: string;
  attemptId: string;
  isEnd: boolean;
}

/** The changes of a video's audio rows, without unchanged ones. Finished audio stays. Pure. */
export function planAudioTracks(
  rows: readonly AudioRow[],
  state: RenderState,
  subject: Subject,
): AudioChanges {
  const told = audioTracksOf(state);
  const open = rows.filter(({ playlist }) => !read(playlist)?.isComplete);
  const written = told.flatMap((audio) => {
    const row = rows.find(({ name }) => name === audio.name);
    const planned = row === undefined || open.includes(row) ? planAudioTrack(row, audio, subject) : undefined;
    return planned === undefined ? [] : [planned];
  });
  // Known to be silent, or turned out to be.
  const isKnown = state.source?.probe != null;
  const removed = isKnown ? open.filter(({ name }) => told.every((audio) => audio.name !== name)) : [];
  return { written, removed: removed.map(({ name }) => name) };
}

export const withAudioTracks = (
  rows: readonly AudioRow[],
  { written, removed }: AudioChanges,
): AudioRow[] => {
  const gone = new Set([...removed, ...written.map(({ name }) => name)]);
  return [...rows.filter(({ name }) => !gone.has(name)), ...written];
};

function planAudioTrack(
  row: AudioRow | undefined,
  told: AudioState & { name: string },
  subject: Subject,
): AudioRow | undefined {
  const { name, label = null, role = null, codec, channels, language, startMs = 0 } = told;
  const { videoId, attemptId } = subject;
  const playlist = nextPlaylist(read(row?.playlist), told.playlist, subject);
  const planned = { videoId, name, label, role, codec, channels, language, startMs, attemptId, playlist };
  return isDeepStrictEqual({ ...row }, planned) ? undefined : planned;
}

const read = (playlist: unknown): PublishedPlaylist | null =>
  PublishedPlaylist.nullable().parse(playlist ?? null);
