import { isDeepStrictEqual } from "node:util";
import { type AudioState, PublishedPlaylist, type RenderState, soundsOf } from "@reelay/contracts";
import { nextPlaylist } from "./next-playlist.ts";
import type { SoundChanges, VideoRows } from "./state-plan.ts";

type SoundRow = VideoRows["audioTracks"][number];
interface Subject {
  videoId: string;
  attemptId: string;
  isEnd: boolean;
}

/** The changes of a video's audio rows, without unchanged ones. Finished audio stays. Pure. */
export function planSounds(rows: readonly SoundRow[], state: RenderState, subject: Subject): SoundChanges {
  const told = soundsOf(state);
  const open = rows.filter(({ playlist }) => !read(playlist)?.isComplete);
  const written = told.flatMap((sound) => {
    const row = rows.find(({ name }) => name === sound.name);
    const planned = row === undefined || open.includes(row) ? planSound(row, sound, subject) : undefined;
    return planned === undefined ? [] : [planned];
  });
  // Known to be silent, or turned out to be.
  const isKnown = state.source?.probe != null;
  const removed = isKnown ? open.filter(({ name }) => told.every((sound) => sound.name !== name)) : [];
  return { written, removed: removed.map(({ name }) => name) };
}

export const withSounds = (rows: readonly SoundRow[], { written, removed }: SoundChanges): SoundRow[] => {
  const gone = new Set([...removed, ...written.map(({ name }) => name)]);
  return [...rows.filter(({ name }) => !gone.has(name)), ...written];
};

function planSound(
  row: SoundRow | undefined,
  told: AudioState & { name: string },
  subject: Subject,
): SoundRow | undefined {
  const { name, label = null, role = null, codec, channels, language, startMs = 0 } = told;
  const { videoId, attemptId } = subject;
  const playlist = nextPlaylist(read(row?.playlist), told.playlist, subject);
  const planned = { videoId, name, label, role, codec, channels, language, startMs, attemptId, playlist };
  return isDeepStrictEqual({ ...row }, planned) ? undefined : planned;
}

const read = (playlist: unknown): PublishedPlaylist | null =>
  PublishedPlaylist.nullable().parse(playlist ?? null);
