import type { ProfileAudio } from "./profile.ts";

/** So many tracks of sound are made of one source; what it has beyond them is told, and left out. */
export const maxSounds = 8;

const sound = /^audio(?:-([2-9]|[1-9]\d+))?$/;

/** A sound rendition's name by its place, from 0: `audio` for the track that players begin with, then `audio-2`, `audio-3`, … */
export const soundName = (position: number): string => (position === 0 ? "audio" : `audio-${position + 1}`);

/** Whether a rendition is sound; all others are variants. */
export const isSound = (rendition: string): boolean => sound.test(rendition);

/** A sound rendition's place among those of its video, from 0. */
export const soundPosition = (name: string): number => Number(sound.exec(name)?.[1] ?? 1) - 1;

/**
 * The BCP 47 tag of what a container says of a language, mostly ISO 639-2: `deu` and `ger` are `de`. Null for what is no tag, and where it is not
 * known (`und`, `mis`).
 */
export function languageTag(told: string | null | undefined): string | null {
  if (!told || !/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$/.test(told)) return null;
  try {
    const [tag] = Intl.getCanonicalLocales(told.replaceAll("_", "-"));
    return tag === undefined || /^(und|mis)\b/.test(tag) ? null : tag;
  } catch {
    return null;
  }
}

interface Sounds<S> {
  audio: S | null;
  audios?: S[] | undefined;
}

/** All sound that a message names: the first track stands alone, as it did before there were others. */
export const soundsOf = <S extends { name?: string | undefined }>({
  audio,
  audios = [],
}: Sounds<S>): (S & { name: string })[] => [...(audio ? [audio] : []), ...audios].map(withName);

const withName = <S extends { name?: string | undefined }>(track: S): S & { name: string } => ({
  ...track,
  name: track.name ?? soundName(0),
});

/** The same as a message says it: those after the first only where there are any. */
export function toSounds<S extends { name?: string | undefined }>(tracks: readonly S[]) {
  const isFirst = ({ name }: S) => name === undefined || name === soundName(0);
  const others = tracks.filter((track) => !isFirst(track));
  return { audio: tracks.find(isFirst) ?? null, ...(others.length > 0 && { audios: others }) };
}

/** Parts of the profile's bitrate, which is that of stereo. */
const bitrateParts: Readonly<Record<number, number>> = { 1: 0.5, 2: 1, 6: 3 };
const maxBitrateBps = 512_000;

/** What a track of so many channels is encoded at. */
export const soundBps = ({ bitrateBps }: Pick<ProfileAudio, "bitrateBps">, channels: number): number =>
  Math.min(maxBitrateBps, Math.round(bitrateBps * (bitrateParts[channels] ?? 1)));
