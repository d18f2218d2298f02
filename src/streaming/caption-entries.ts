import { posix } from "node:path";
import { objectKeys } from "@reelay/contracts";

/** Captions as viewers may choose them. */
export interface OfferedCaptions {
  language: string;
  kind: string;
  label: string;
  isDefault: boolean;
  /** Of the WebVTT; its playlist lies beside it. */
  key: string;
}

export const CAPTION_GROUP = "captions";

/** In the order in which they are offered, each with a name that no other has (RFC 8216, 4.3.4.1.1). Pure. */
export function nameCaptions<T extends OfferedCaptions>(tracks: readonly T[]): (T & { name: string })[] {
  const sorted = tracks.toSorted(
    (a, b) =>
      Number(b.isDefault) - Number(a.isDefault) || compare(a.language, b.language) || compare(b.kind, a.kind),
  );
  const taken = new Set<string>();
  return sorted.map((track) => {
    const names = [
      track.label,
      `${track.label} (${track.language})`,
      `${track.label} (${track.language}, ${track.kind})`,
    ];
    const name = names.find((each) => !taken.has(each)) ?? `${track.label} (${taken.size + 1})`;
    taken.add(name);
    return Object.assign({ name }, track);
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What they are for who cannot hear (RFC 8216, 4.3.4.1). */
const FOR_THE_DEAF =
  "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound";

/** The group of subtitle renditions (RFC 8216, 4.3.4.1) of a master playlist, a line each. Pure. */
export function toCaptionEntries(videoId: string, tracks: readonly OfferedCaptions[]): string[] {
  const manifest = posix.dirname(objectKeys.master(videoId));
  return nameCaptions(tracks).map(({ name, language, kind, isDefault, key }) => {
    const attributes = [
      "TYPE=SUBTITLES",
      `GROUP-ID="${CAPTION_GROUP}"`,
      `NAME="${name}"`,
      `LANGUAGE="${language}"`,
      `DEFAULT=${isDefault ? "YES" : "NO"}`,
      "AUTOSELECT=YES",
      "FORCED=NO",
      kind === "CAPTIONS" && `CHARACTERISTICS="${FOR_THE_DEAF}"`,
      `URI="${posix.join(posix.relative(manifest, posix.dirname(key)), "index.m3u8")}"`,
    ].filter(Boolean);
    return `#EXT-X-MEDIA:${attributes.join(",")}`;
  });
}
