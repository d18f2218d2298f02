import { objectKeys, PublishedPlaylist } from "@reelay/contracts";
import { audioGroup, type OfferedSound, toAudioEntries } from "./audio-entries.ts";
import { captionGroup, type OfferedCaptions, toCaptionEntries } from "./caption-entries.ts";
import { playableSounds } from "./sounds.ts";

interface VariantRow {
  name: string;
  position: number;
  width: number | null;
  height: number | null;
  frameRate: number | null;
  playlist: unknown;
}

export interface PlayableRows {
  id: string;
  /** Null: it has not begun to play. */
  playableAt: Date | string | null;
  variants: readonly VariantRow[];
  audioTracks: readonly (Omit<OfferedSound, "playlist"> & {
    name: string;
    startMs: number;
    playlist: unknown;
  })[];
  captionTracks: readonly OfferedCaptions[];
}

/**
 * The master playlist (RFC 8216) over what can be played now, or null while nothing can: a video with sound
 * waits for the first segments of its sound. One without variants is sound alone. Variants stand in the order
 * of their ladders: who knows one codec only takes that codec's. Pure.
 */
export function planMasterPlaylist(video: PlayableRows): string | null {
  const { id, variants, captionTracks } = video;
  const sounds = playableSounds(video);
  if (sounds === null) return null;
  const captions = toCaptionEntries(id, captionTracks);
  if (variants.length === 0) return planSoundPlaylist(id, sounds, captions);
  const sound = heaviest(sounds);
  const entries = variants
    .toSorted((a, b) => a.position - b.position)
    .map((variant) => toEntry(id, variant, { sound, hasCaptions: captions.length > 0 }))
    .filter((entry) => entry !== null);
  if (entries.length === 0) return null;
  return join([...toAudioEntries(sounds, (playlist) => toAddress(id, playlist)), ...captions, ...entries]);
}

const join = (lines: readonly string[]): string =>
  ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS", ...lines, ""].join("\n");

type GroupOfSound = Pick<PublishedPlaylist, "codecs" | "bandwidthBps" | "averageBandwidthBps" | "isComplete">;

/**
 * What a variant needs besides its picture, whichever of the tracks is heard (RFC 8216, 4.3.4.2). Null
 * without sound.
 */
function heaviest(sounds: readonly { playlist: PublishedPlaylist }[]): GroupOfSound | null {
  if (sounds.length === 0) return null;
  const playlists = sounds.map(({ playlist }) => playlist);
  return {
    codecs: [...new Set(playlists.map(({ codecs }) => codecs))].join(","),
    bandwidthBps: Math.max(...playlists.map(({ bandwidthBps }) => bandwidthBps)),
    averageBandwidthBps: Math.max(...playlists.map(({ averageBandwidthBps }) => averageBandwidthBps)),
    isComplete: playlists.every(({ isComplete }) => isComplete),
  };
}

/** The sound is all there is: its first track is the stream, which the others may take the place of. */
const planSoundPlaylist = (
  videoId: string,
  sounds: readonly OfferedSound[],
  captions: readonly string[],
): string | null => {
  const sound = heaviest(sounds);
  const [first] = sounds;
  if (sound === null || first === undefined) return null;
  const toUri = (playlist: PublishedPlaylist) => toAddress(videoId, playlist);
  const attributes = [
    `BANDWIDTH=${sound.bandwidthBps}`,
    sound.isComplete && `AVERAGE-BANDWIDTH=${sound.averageBandwidthBps}`,
    `CODECS="${sound.codecs}"`,
    sounds.length > 1 && `AUDIO="${audioGroup}"`,
    captions.length > 0 && `SUBTITLES="${captionGroup}"`,
  ].filter(Boolean);
  const entry = `#EXT-X-STREAM-INF:${attributes.join(",")}\n${toUri(first.playlist)}`;
  return join([...(sounds.length > 1 ? toAudioEntries(sounds, toUri) : []), ...captions, entry]);
};

function toEntry(
  videoId: string,
  variant: VariantRow,
  { sound, hasCaptions }: { sound: GroupOfSound | null; hasCaptions: boolean },
): string | null {
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
    hasCaptions && `SUBTITLES="${captionGroup}"`,
  ].filter(Boolean);
  return `#EXT-X-STREAM-INF:${attributes.join(",")}\n${toAddress(videoId, playlist)}`;
}

/** Relative to the master playlist, so that the stream may be served from anywhere. */
const toAddress = (videoId: string, { key }: PublishedPlaylist): string =>
  `../${key.slice(objectKeys.video(videoId).length)}`;
