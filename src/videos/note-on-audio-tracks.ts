import {
  type AudioStreamProbe,
  languageTag,
  MAX_AUDIO_TRACKS,
  type SourceProbe,
  type UnsupportedAudioReason,
  type UnsupportedAudioTrack,
} from "@reelay/contracts";

/** Explains which audio tracks of the source are left out; null if none is. Pure. */
export function noteOnAudioTracks(probe: SourceProbe | null): string | null {
  const notes = [noteOnMany(probe?.audios ?? []), noteOnUnsupported(probe?.unsupportedAudio ?? [])];
  return notes.filter((note) => note !== null).join(" ") || null;
}

function noteOnMany(tracks: readonly AudioStreamProbe[]): string | null {
  const leftOut = tracks.slice(MAX_AUDIO_TRACKS);
  if (leftOut.length === 0) return null;
  const named = leftOut.map((track, index) => describe(track, MAX_AUDIO_TRACKS + index + 1));
  return `The source has ${tracks.length} audio tracks. Reelay encodes ${MAX_AUDIO_TRACKS}, starting with the default one. Left out: ${list(named)}.`;
}

const reasons: Record<UnsupportedAudioReason, string> = {
  UNDECODABLE: "no decoder",
  EMPTY: "empty",
  OTHER_PROGRAM: "in another program than the video",
};

function noteOnUnsupported(tracks: readonly UnsupportedAudioTrack[]): string | null {
  if (tracks.length === 0) return null;
  const named = tracks.map(
    (track) => `${nameOf(track) ?? "a track"} (${track.codec}: ${reasons[track.reason]})`,
  );
  return `Unsupported audio: ${list(named)}.`;
}

const describe = (track: AudioStreamProbe, number: number): string =>
  `${nameOf(track) ?? `track ${number}`} (${track.codec})`;

const nameOf = ({ title, language }: Pick<AudioStreamProbe, "title" | "language">): string | null =>
  title ?? languageTag(language);

const MOST_NAMED = 10;

const list = (names: readonly string[]): string =>
  names.slice(0, MOST_NAMED).join(", ") +
  (names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : "");
