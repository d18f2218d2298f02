import { audioPosition, PublishedPlaylist, SOURCE_VARIANT_NAME } from "@reelay/contracts";

/** Of an audio track's row, what says when it plays. */
interface AudioRow {
  name: string;
  startMs: number;
  playlist: unknown;
}

/** Audio in the order in which players are offered it: the one that they begin with first. */
export const inOrder = <S extends { name: string }>(audioTracks: readonly S[]): S[] =>
  audioTracks.toSorted((a, b) => audioPosition(a.name) - audioPosition(b.name));

/**
 * A track that is silent for longer has its first segment long after the others, whose encoder fills in the
 * silence when it comes to its end.
 */
const LATE_MS = 1_000;
/**
 * With so many segments of what is made beside it and none of its own, a track holds nothing, or is far away.
 */
const PATIENCE = 4;

/**
 * The tracks that can be played, or null while a video has to wait for them: for the first one, since players
 * settle on a set of codecs once, and until it plays for the others, too, since players read once which there
 * are. Pure.
 */
export function playableAudioTracks<S extends AudioRow>(video: {
  playableAt: Date | string | null;
  audioTracks: readonly S[];
  variants: readonly { name: string; playlist: unknown }[];
}): (Omit<S, "playlist"> & { playlist: PublishedPlaylist })[] | null {
  const { playableAt, audioTracks, variants } = video;
  const tracks = inOrder(audioTracks).map(withPlaylist);
  const [first, ...others] = tracks;
  if (first === undefined) return [];
  // A copy is made in no time, and says nothing of how far the encoder is.
  const encoded = variants
    .filter(({ name }) => name !== SOURCE_VARIANT_NAME)
    .map(({ playlist }) => read(playlist));
  // Of what is not played yet, a whole variant may be of an earlier attempt, and says nothing either.
  const isFarOn = encoded.some(
    (playlist) => (playlist?.segments ?? 0) >= PATIENCE && !(playableAt === null && playlist?.isComplete),
  );
  if (!first.playlist?.segments && !isFarOn) return null;
  const beside = encoded.length > 0 ? encoded : [first.playlist];
  const isPatient = playableAt === null && beside.every((playlist) => (playlist?.segments ?? 0) < PATIENCE);
  if (isPatient && others.some(({ startMs, playlist }) => startMs < LATE_MS && !playlist?.segments))
    return null;
  return tracks.flatMap(({ playlist, ...track }) => (playlist?.segments ? [{ ...track, playlist }] : []));
}

const withPlaylist = <S extends AudioRow>(row: S) => ({ ...row, playlist: read(row.playlist) });

const read = (playlist: unknown): PublishedPlaylist | null =>
  PublishedPlaylist.nullable().parse(playlist ?? null);
