import { objectKeys, PublishedPlaylist } from "@reelay/contracts";

interface VariantRow {
  position: number;
  width: number | null;
  height: number | null;
  frameRate: number | null;
  playlist: unknown;
}

export interface PlayableRows {
  id: string;
  variants: readonly VariantRow[];
  audio: { channels: number; language: string | null; playlist: unknown } | null;
}

const audioGroup = "audio";

/**
 * The master playlist (RFC 8216) over what can be played now, or null while nothing can: a video with sound waits for the first segments of its
 * sound, since players settle on a set of codecs once. One without variants is sound alone. Variants stand in the order of their ladders: who knows
 * one codec only takes that codec's. Pure.
 */
export function planMasterPlaylist({ id, variants, audio }: PlayableRows): string | null {
  const sound = PublishedPlaylist.nullable().parse(audio?.playlist ?? null);
  if (audio && !sound?.segments) return null;
  if (variants.length === 0) return sound && planSoundPlaylist(id, sound);
  const entries = variants
    .toSorted((a, b) => a.position - b.position)
    .map((variant) => toEntry(id, variant, sound))
    .filter((entry) => entry !== null);
  if (entries.length === 0) return null;
  const media = audio && sound ? [toAudioEntry(id, audio, sound)] : [];
  return ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS", ...media, ...entries, ""].join("\n");
}

/** The sound is the one stream there is. */
const planSoundPlaylist = (videoId: string, sound: PublishedPlaylist): string => {
  const attributes = [
    `BANDWIDTH=${sound.bandwidthBps}`,
    sound.isComplete && `AVERAGE-BANDWIDTH=${sound.averageBandwidthBps}`,
    `CODECS="${sound.codecs}"`,
  ].filter(Boolean);
  const entry = `#EXT-X-STREAM-INF:${attributes.join(",")}\n${toAddress(videoId, sound)}`;
  return ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS", entry, ""].join("\n");
};

function toEntry(videoId: string, variant: VariantRow, sound: PublishedPlaylist | null): string | null {
  const playlist = PublishedPlaylist.nullable().parse(variant.playlist ?? null);
  if (!playlist?.segments) return null;
  const attributes = [
    `BANDWIDTH=${playlist.bandwidthBps + (sound?.bandwidthBps ?? 0)}`,
    // While a playlist grows its average changes with every segment, and would rewrite this file each time.
    playlist.isComplete &&
      (sound?.isComplete ?? true) &&
      `AVERAGE-BANDWIDTH=${playlist.averageBandwidthBps + (sound?.averageBandwidthBps ?? 0)}`,
    `CODECS="${[playlist.codecs, sound?.codecs].filter(Boolean).join(",")}"`,
    `RESOLUTION=${variant.width}x${variant.height}`,
    variant.frameRate !== null && `FRAME-RATE=${variant.frameRate.toFixed(3)}`,
    sound && `AUDIO="${audioGroup}"`,
  ].filter(Boolean);
  return `#EXT-X-STREAM-INF:${attributes.join(",")}\n${toAddress(videoId, playlist)}`;
}

function toAudioEntry(
  videoId: string,
  { channels, language }: { channels: number; language: string | null },
  playlist: PublishedPlaylist,
): string {
  const isTag =
    language !== null && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(language) && language !== "und";
  const attributes = [
    "TYPE=AUDIO",
    `GROUP-ID="${audioGroup}"`,
    'NAME="Main"',
    isTag && `LANGUAGE="${language}"`,
    "DEFAULT=YES",
    "AUTOSELECT=YES",
    `CHANNELS="${channels}"`,
    `URI="${toAddress(videoId, playlist)}"`,
  ].filter(Boolean);
  return `#EXT-X-MEDIA:${attributes.join(",")}`;
}

/** Relative to the master playlist, so that the stream may be served from anywhere. */
const toAddress = (videoId: string, { key }: PublishedPlaylist): string =>
  `../${key.slice(objectKeys.video(videoId).length)}`;
