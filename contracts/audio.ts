import type { ProfileAudio } from "./profile.ts";

/** Maximum number of audio tracks of a video. Further ones are reported and left out. */
export const MAX_AUDIO_TRACKS = 8;

const AUDIO_PATTERN = /^audio(?:-([2-9]|[1-9]\d+))?$/;

/**
 * Name of an audio rendition by its position from 0: `audio` for the default track, then `audio-2`,
 * `audio-3`, …
 */
export const audioName = (position: number): string => (position === 0 ? "audio" : `audio-${position + 1}`);

/** Whether a rendition is audio. All others are variants. */
export const isAudio = (rendition: string): boolean => AUDIO_PATTERN.test(rendition);

/** Position of an audio rendition among those of its video, from 0. */
export const audioPosition = (name: string): number => Number(AUDIO_PATTERN.exec(name)?.[1] ?? 1) - 1;

/**
 * Converts a container's language, mostly ISO 639-2, to a BCP 47 tag: `deu` and `ger` become `de`. Null for
 * invalid or unknown languages (`und`, `mis`).
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

interface AudioFields<S> {
  audio: S | null;
  audios?: S[] | undefined;
}

/** All audio tracks of a message, where the first has a field of its own. */
export const audioTracksOf = <S extends { name?: string | undefined }>({
  audio,
  audios = [],
}: AudioFields<S>): (S & { name: string })[] => [...(audio ? [audio] : []), ...audios].map(withName);

const withName = <S extends { name?: string | undefined }>(track: S): S & { name: string } => ({
  ...track,
  name: track.name ?? audioName(0),
});

/** The inverse of `audioTracksOf`: `audios` is present only if there are further tracks. */
export function toAudioFields<S extends { name?: string | undefined }>(tracks: readonly S[]) {
  const isFirst = ({ name }: S) => name === undefined || name === audioName(0);
  const others = tracks.filter((track) => !isFirst(track));
  return { audio: tracks.find(isFirst) ?? null, ...(others.length > 0 && { audios: others }) };
}

/** Factors of the profile's bitrate, which is for stereo, by number of channels. */
const bitrateParts: Readonly<Record<number, number>> = { 1: 0.5, 2: 1, 6: 3 };
const MAX_BITRATE_BPS = 512_000;

/** Bitrate of a track with this number of channels. */
export const audioBps = ({ bitrateBps }: Pick<ProfileAudio, "bitrateBps">, channels: number): number =>
  Math.min(MAX_BITRATE_BPS, Math.round(bitrateBps * (bitrateParts[channels] ?? 1)));
