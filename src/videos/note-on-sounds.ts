import {
  type AudioStreamProbe,
  languageTag,
  maxSounds,
  type SourceProbe,
  type UnheardReason,
  type UnheardTrack,
} from "@reelay/contracts";

/** What is left out of a source's sound, in sentences; null for nothing. Pure. */
export function noteOnSounds(probe: SourceProbe | null): string | null {
  const notes = [noteOnMany(probe?.audios ?? []), noteOnUnheard(probe?.unheard ?? [])];
  return notes.filter((note) => note !== null).join(" ") || null;
}

function noteOnMany(tracks: readonly AudioStreamProbe[]): string | null {
  const leftOut = tracks.slice(maxSounds);
  if (leftOut.length === 0) return null;
  const named = leftOut.map((track, index) => describe(track, maxSounds + index + 1));
  return `The source has ${tracks.length} tracks of sound; ${maxSounds} are made, its default one first. Left out: ${list(named)}.`;
}

const reasons: Record<UnheardReason, string> = {
  UNDECODABLE: "no decoder",
  EMPTY: "holds nothing",
  OTHER_PROGRAM: "of another programme than the picture",
};

function noteOnUnheard(tracks: readonly UnheardTrack[]): string | null {
  if (tracks.length === 0) return null;
  const named = tracks.map(
    (track) => `${nameOf(track) ?? "a track"} (${track.codec}: ${reasons[track.reason]})`,
  );
  return `Sound that cannot be made: ${list(named)}.`;
}

const describe = (track: AudioStreamProbe, number: number): string =>
  `${nameOf(track) ?? `track ${number}`} (${track.codec})`;

const nameOf = ({ title, language }: Pick<AudioStreamProbe, "title" | "language">): string | null =>
  title ?? languageTag(language);

const mostNamed = 10;

const list = (names: readonly string[]): string =>
  names.slice(0, mostNamed).join(", ") +
  (names.length > mostNamed ? `, and ${names.length - mostNamed} more` : "");
