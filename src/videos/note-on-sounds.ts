import { type AudioStreamProbe, languageTag, maxSounds, type SourceProbe } from "@reelay/contracts";

/** What is left out of a source's sound, in a sentence; null for nothing. Pure. */
export function noteOnSounds(probe: SourceProbe | null): string | null {
  const tracks = probe?.audios ?? [];
  const leftOut = tracks.slice(maxSounds);
  if (leftOut.length === 0) return null;
  const named = leftOut.slice(0, 10).map((track, index) => describe(track, maxSounds + index + 1));
  const others = leftOut.length > named.length ? `, and ${leftOut.length - named.length} more` : "";
  return `The source has ${tracks.length} tracks of sound; ${maxSounds} are made, its default one first. Left out: ${named.join(", ")}${others}.`;
}

const describe = ({ title, language, codec }: AudioStreamProbe, number: number): string =>
  `${title ?? languageTag(language) ?? `track ${number}`} (${codec})`;
