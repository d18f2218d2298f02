import { type AudioRole, type AudioStreamProbe, languageTag, maxSounds, soundName } from "@reelay/contracts";

/** One of a source's tracks of sound, as it is made. */
export interface SoundTrack {
  /** Of its rendition: `audio` for the one that players begin with, `audio-2`, … for the others, in the source's order. */
  name: string;
  /** ffmpeg's index of the stream. */
  index: number;
  probe: AudioStreamProbe;
  /** What viewers choose it by, unique among the source's. */
  label: string;
  /** BCP 47; null: not known. */
  language: string | null;
  role?: AudioRole;
  /** Where it ends on the container's clock, in seconds; absent: the container does not say. */
  endSeconds?: number;
}

/** A stream of sound that can be decoded. */
export interface SoundStream {
  index: number;
  probe: AudioStreamProbe;
  disposition?: Record<string, number> | undefined;
  endSeconds?: number;
}

/**
 * The tracks that are made: the one flagged as default, else the first, then the others in the source's order, up to `maxSounds`. Workers number
 * them alike, whatever they make. Pure.
 */
export function planTracks(streams: readonly SoundStream[]): { made: SoundTrack[]; leftOut: SoundTrack[] } {
  const first = streams.find(({ disposition }) => disposition?.["default"] === 1) ?? streams[0];
  const sorted = first ? [first, ...streams.filter((stream) => stream !== first)] : [];
  const taken = new Set<string>();
  const tracks = sorted.map(({ index, probe, disposition, endSeconds }, position): SoundTrack => {
    const language = languageTag(probe.language);
    const role = roleOf(disposition);
    const label = unique(labelOf(probe, language, position), taken);
    taken.add(label);
    const track: SoundTrack = { name: soundName(position), index, probe, label, language };
    if (role) track.role = role;
    if (endSeconds !== undefined) track.endSeconds = endSeconds;
    return track;
  });
  return { made: tracks.slice(0, maxSounds), leftOut: tracks.slice(maxSounds) };
}

function roleOf(disposition: SoundStream["disposition"]): AudioRole | null {
  if (disposition?.["comment"] === 1) return "COMMENTARY";
  return disposition?.["visual_impaired"] === 1 || disposition?.["descriptions"] === 1 ? "DESCRIPTION" : null;
}

const languageNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** The track's own title, else its language, else its number. */
const labelOf = ({ title }: AudioStreamProbe, language: string | null, position: number): string =>
  title || (language && languageNames.of(language)) || `Track ${position + 1}`;

const longestTitle = 80;

/** A title that fits into a playlist's quoted string (RFC 8216, 4.2): no quotes, no line ends. Undefined when nothing is left. */
export function readTitle(told: string | undefined): string | undefined {
  const title = (told ?? "")
    .toWellFormed()
    .replaceAll('"', "'")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return Array.from(title).slice(0, longestTitle).join("").trim() || undefined;
}

/** What programs call themselves, or all sound alike, instead of the track. */
const ofPrograms = /handler|sound|audio|media|mux|track|gpac|mainconcept|produced|created|encode|alias|vide/i;

/** In MP4 a track's name is often in its handler's place. */
export const readHandler = (told: string | undefined): string | undefined =>
  told === undefined || ofPrograms.test(told) ? undefined : readTitle(told);

function unique(label: string, taken: ReadonlySet<string>): string {
  if (!taken.has(label)) return label;
  let number = 2;
  while (taken.has(`${label} (${number})`)) number += 1;
  return `${label} (${number})`;
}

/** When a track's first sound is on the timeline, milliseconds; silence comes before it. */
export const soundStartMs = ({ probe }: Pick<SoundTrack, "probe">, zeroSeconds: number): number =>
  Math.max(0, Math.round(((probe.startTime ?? zeroSeconds) - zeroSeconds) * 1000));
