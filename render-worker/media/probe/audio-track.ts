import {
  type AudioRole,
  type AudioStreamProbe,
  audioName,
  languageTag,
  MAX_AUDIO_TRACKS,
} from "@reelay/contracts";

/** An audio track to encode. */
export interface AudioTrack {
  /** Rendition name: `audio` for the default track, then `audio-2`, … in the source's order. */
  name: string;
  /** ffmpeg's index of the stream. */
  index: number;
  probe: AudioStreamProbe;
  /** Display name, unique within the source. */
  label: string;
  /** BCP 47; null if unknown. */
  language: string | null;
  role?: AudioRole;
  /** End on the container's clock, in seconds. Absent: the container does not state it. */
  endSeconds?: number;
}

/** A decodable audio stream. */
export interface AudioStream {
  index: number;
  probe: AudioStreamProbe;
  disposition?: Record<string, number> | undefined;
  endSeconds?: number;
}

/**
 * Selects the tracks: the default one, else the first, then the others in the source's order, up to
 * `MAX_AUDIO_TRACKS`. All workers number them alike. Pure.
 */
export function planTracks(streams: readonly AudioStream[]): { made: AudioTrack[]; leftOut: AudioTrack[] } {
  const first = streams.find(({ disposition }) => disposition?.["default"] === 1) ?? streams[0];
  const sorted = first ? [first, ...streams.filter((stream) => stream !== first)] : [];
  const taken = new Set<string>();
  const tracks = sorted.map(({ index, probe, disposition, endSeconds }, position): AudioTrack => {
    const language = languageTag(probe.language);
    const role = roleOf(disposition);
    const label = unique(labelOf(probe, language, position), taken);
    taken.add(label);
    const track: AudioTrack = { name: audioName(position), index, probe, label, language };
    if (role) track.role = role;
    if (endSeconds !== undefined) track.endSeconds = endSeconds;
    return track;
  });
  return { made: tracks.slice(0, MAX_AUDIO_TRACKS), leftOut: tracks.slice(MAX_AUDIO_TRACKS) };
}

function roleOf(disposition: AudioStream["disposition"]): AudioRole | null {
  if (disposition?.["comment"] === 1) return "COMMENTARY";
  return disposition?.["visual_impaired"] === 1 || disposition?.["descriptions"] === 1 ? "DESCRIPTION" : null;
}

const languageNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** The track's own title, else its language, else its number. */
const labelOf = ({ title }: AudioStreamProbe, language: string | null, position: number): string =>
  title || (language && languageNames.of(language)) || `Track ${position + 1}`;

const LONGEST_TITLE = 80;

/**
 * A title that fits into a playlist's quoted string (RFC 8216, 4.2), without quotes and line breaks.
 * Undefined if nothing is left.
 */
export function readTitle(told: string | undefined): string | undefined {
  const title = (told ?? "")
    .toWellFormed()
    .replaceAll('"', "'")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return Array.from(title).slice(0, LONGEST_TITLE).join("").trim() || undefined;
}

/** Handler names that describe a program or audio in general, not the track. */
const OF_PROGRAMS =
  /handler|sound|audio|media|mux|track|gpac|mainconcept|produced|created|encode|alias|vide/i;

/** MP4 files often store a track's name as its handler name. */
export const readHandler = (told: string | undefined): string | undefined =>
  told === undefined || OF_PROGRAMS.test(told) ? undefined : readTitle(told);

function unique(label: string, taken: ReadonlySet<string>): string {
  if (!taken.has(label)) return label;
  let number = 2;
  while (taken.has(`${label} (${number})`)) number += 1;
  return `${label} (${number})`;
}

/** Start of a track on the timeline in milliseconds; silence precedes it. */
export const audioStartMs = ({ probe }: Pick<AudioTrack, "probe">, zeroSeconds: number): number =>
  Math.max(0, Math.round(((probe.startTime ?? zeroSeconds) - zeroSeconds) * 1000));
