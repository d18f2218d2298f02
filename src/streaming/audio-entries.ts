import { languageTag, type PublishedPlaylist } from "@reelay/contracts";

/** A track as viewers may choose it. */
export interface OfferedAudio {
  label: string | null;
  role: string | null;
  language: string | null;
  channels: number;
  playlist: PublishedPlaylist;
}

export const AUDIO_GROUP = "audio";

/**
 * The group of audio renditions (RFC 8216, 4.3.4.1) of a master playlist, a line each: the first is what
 * players begin with, and those of other languages may be chosen by the viewer's, descriptions by what the
 * viewer needs. A commentary, or a second one of a kind, is chosen by hand alone. Pure.
 */
export function toAudioEntries(
  audioTracks: readonly OfferedAudio[],
  toAddress: (playlist: PublishedPlaylist) => string,
): string[] {
  const offered = new Set<string>();
  return audioTracks.map(({ label, role, language, channels, playlist }, position) => {
    const tag = languageTag(language);
    const isFirst = position === 0;
    const kind = `${tag} ${role}`;
    const isSelectable = isFirst || (tag !== null && role !== "COMMENTARY" && !offered.has(kind));
    if (isSelectable) offered.add(kind);
    const attributes = [
      "TYPE=AUDIO",
      `GROUP-ID="${AUDIO_GROUP}"`,
      `NAME="${label ?? "Main"}"`,
      tag !== null && `LANGUAGE="${tag}"`,
      `DEFAULT=${yesNo(isFirst)}`,
      `AUTOSELECT=${yesNo(isSelectable)}`,
      role === "DESCRIPTION" && 'CHARACTERISTICS="public.accessibility.describes-video"',
      `CHANNELS="${channels}"`,
      `URI="${toAddress(playlist)}"`,
    ].filter(Boolean);
    return `#EXT-X-MEDIA:${attributes.join(",")}`;
  });
}

const yesNo = (is: boolean): string => (is ? "YES" : "NO");
