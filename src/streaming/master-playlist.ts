import { objectKeys, PublishedPlaylist } from "@reelay/contracts";
import { AUDIO_GROUP, type OfferedAudio, toAudioEntries } from "./audio-entries.ts";
import { playableAudioTracks } from "./audio-tracks.ts";
import { CAPTION_GROUP, type OfferedCaptions, toCaptionEntries } from "./caption-entries.ts";

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
  audioTracks: readonly (Omit<OfferedAudio, "playlist"> & {
    name: string;
    startMs: number;
    playlist: unknown;
  })[];
  captionTracks: readonly OfferedCaptions[];
}

/**
 * The master playlist (RFC 8216) over what can be played now, or null while nothing can: a video with audio
 * waits for the first segments of its audio. One without variants is audio alone. Variants stand in the order
 * of their ladders: who knows one codec only takes that codec's. Pure.
 */
export function planMasterPlaylist(video: PlayableRows): string | null {
  const { id, variants, captionTracks } = video;
  const audioTracks = playableAudioTracks(video);
  if (audioTracks === null) return null;
  const captions = toCaptionEntries(id, captionTracks);
  if (variants.length === 0) return planAudioPlaylist(id, audioTracks, captions);
  const audio = heaviest(audioTracks);
  const entries = variants
    .toSorted((a, b) => a.position - b.position)
    .map((variant) => toEntry(id, variant, { audio, hasCaptions: captions.length > 0 }))
    .filter((entry) => entry !== null);
  if (entries.length === 0) return null;
  return join([
    ...toAudioEntries(audioTracks, (playlist) => toAddress(id, playlist)),
    ...captions,
    ...entries,
  ]);
}

const join = (lines: readonly string[]): string =>
  ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS", ...lines, ""].join("\n");

type AudioGroup = Pick<PublishedPlaylist, "codecs" | "bandwidthBps" | "averageBandwidthBps" | "isComplete">;

/**
 * What a variant needs besides its picture, whichever of the tracks is heard (RFC 8216, 4.3.4.2). Null
 * without audio.
 */
function heaviest(audioTracks: readonly { playlist: PublishedPlaylist }[]): AudioGroup | null {
  if (audioTracks.length === 0) return null;
  const playlists = audioTracks.map(({ playlist }) => playlist);
  return {
    codecs: [...new Set(playlists.map(({ codecs }) => codecs))].join(","),
    bandwidthBps: Math.max(...playlists.map(({ bandwidthBps }) => bandwidthBps)),
    averageBandwidthBps: Math.max(...playlists.map(({ averageBandwidthBps }) => averageBandwidthBps)),
    isComplete: playlists.every(({ isComplete }) => isComplete),
  };
}

/** The audio is all there is: its first track is the stream, which the others may take the place of. */
const planAudioPlaylist = (
  videoId: string,
  audioTracks: readonly OfferedAudio[],
  captions: readonly string[],
): string | null => {
  const audio = heaviest(audioTracks);
  const [first] = audioTracks;
  if (audio === null || first === undefined) return null;
  const toUri = (playlist: PublishedPlaylist) => toAddress(videoId, playlist);
  const attributes = [
    `BANDWIDTH=${audio.bandwidthBps}`,
    audio.isComplete && `AVERAGE-BANDWIDTH=${audio.averageBandwidthBps}`,
    `CODECS="${audio.codecs}"`,
    audioTracks.length > 1 && `AUDIO="${AUDIO_GROUP}"`,
    captions.length > 0 && `SUBTITLES="${CAPTION_GROUP}"`,
  ].filter(Boolean);
  const entry = `#EXT-X-STREAM-INF:${attributes.join(",")}\n${toUri(first.playlist)}`;
  return join([...(audioTracks.length > 1 ? toAudioEntries(audioTracks, toUri) : []), ...captions, entry]);
};

function toEntry(
  videoId: string,
  variant: VariantRow,
  { audio, hasCaptions }: { audio: AudioGroup | null; hasCaptions: boolean },
): string | null {
  const playlist = PublishedPlaylist.nullable().parse(variant.playlist ?? null);
  if (!playlist?.segments) return null;
  const attributes = [
    `BANDWIDTH=${playlist.bandwidthBps + (audio?.bandwidthBps ?? 0)}`,
    // While a playlist grows its average changes with every segment, and would rewrite this file each time.
    playlist.isComplete &&
      (audio?.isComplete ?? true) &&
      `AVERAGE-BANDWIDTH=${playlist.averageBandwidthBps + (audio?.averageBandwidthBps ?? 0)}`,
    `CODECS="${[playlist.codecs, audio?.codecs].filter(Boolean).join(",")}"`,
    `RESOLUTION=${variant.width}x${variant.height}`,
    variant.frameRate !== null && `FRAME-RATE=${variant.frameRate.toFixed(3)}`,
    audio && `AUDIO="${AUDIO_GROUP}"`,
    hasCaptions && `SUBTITLES="${CAPTION_GROUP}"`,
  ].filter(Boolean);
  return `#EXT-X-STREAM-INF:${attributes.join(",")}\n${toAddress(videoId, playlist)}`;
}

/** Relative to the master playlist, so that the stream may be served from anywhere. */
const toAddress = (videoId: string, { key }: PublishedPlaylist): string =>
  `../${key.slice(objectKeys.video(videoId).length)}`;
