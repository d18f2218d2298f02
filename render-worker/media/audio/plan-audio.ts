import { audioBps, type Profile } from "@reelay/contracts";
import type { AudioTrack, SourceFile } from "../probe/index.ts";

/** ffmpeg's names of the output layouts. */
type Layout = "mono" | "stereo" | "5.1";

const layoutChannels: Record<Layout, number> = { mono: 1, stereo: 2, "5.1": 6 };

/**
 * Two channels, or with `SOURCE` one, two or 5.1, which all players support. Beyond 7.1, channel order is not
 * standardized.
 */
function layoutOf({ channels }: Profile["audio"], sourceChannels: number): Layout {
  if (channels !== "SOURCE" || sourceChannels > 8) return "stereo";
  return sourceChannels === 1 ? "mono" : sourceChannels === 2 ? "stereo" : "5.1";
}

/** The filters of an audio track. Pure. */
interface PlannedAudio {
  channels: number;
  bitrateBps: number;
  /** Filters from the decoded track to the encoder's input. */
  filter: string;
  /** Source filter for a track of silence. */
  silence: string;
}

/**
 * Aligns audio with the video's clock: silence fills a late start and gaps, overlaps are cut. Downmixes with
 * the coefficients of ITU-R BS.775 (centre and surrounds at -3 dB on both sides) at unchanged loudness; a
 * limiter handles peaks.
 *
 * @param gainDb gain (`measureGainDb`); 0 for none
 * @param startMs start on the timeline of audio that may change its format
 */
export function planAudioEncoding(
  audio: Profile["audio"],
  sourceChannels: number,
  gainDb: number,
  startMs: number | null = null,
): PlannedAudio {
  const layout = layoutOf(audio, sourceChannels);
  const isMixedDown = sourceChannels > layoutChannels[layout] && sourceChannels <= 8;
  const filter = [
    ...(startMs === null
      ? clock(sourceChannels, layout, ":first_pts=0")
      : [...clock(sourceChannels, layout), fromTheBeginning(startMs)]),
    ...(gainDb === 0 ? [] : [`volume=${gainDb}dB`]),
    // Compensates its look-ahead of 5 ms, so that audio and video stay in sync.
    ...(isMixedDown || gainDb > 0 ? ["alimiter=limit=0.94:level=0:attack=5:release=50:latency=1"] : []),
  ];
  const channels = layoutChannels[layout];
  const silence = `anullsrc=r=48000:cl=${layout},aformat=sample_fmts=fltp`;
  return { channels, bitrateBps: audioBps(audio, channels), filter: filter.join(","), silence };
}

/**
 * Broadcast recordings. For these ffprobe reports when audio starts; for other containers it may not, but
 * their format seldom changes.
 */
export const mayChangeFormat = ({ probe }: Pick<SourceFile, "probe">): boolean =>
  /^mpeg(ts)?$/.test(probe.container);

/** Tolerance for a late start. */
const BEGUN_MS = 1_000;

/**
 * Silence from 0 to the start of the audio. When the decoded format changes, ffmpeg re-creates all filters,
 * and a filter that starts at 0 would then insert silence for all the time so far. So only the first moments
 * pass through it, and the rest is appended with its own times; re-created filters have no first moments.
 * `concat` was chosen over `ainterleave`, which in ffmpeg 5.1 buffers audio and then loses it.
 */
function fromTheBeginning(startMs: number): string {
  const seconds = (startMs + BEGUN_MS) / 1000;
  return [
    "asplit[first][all]",
    `[first]atrim=end=${seconds},aresample=async=1:first_pts=0[begun]`,
    `[all]asetpts='PTS-if(lt(STARTT,${seconds}),${seconds}/TB,0)',atrim=start=0[rest]`,
    "[begun][rest]concat=v=0:a=1,asettb=1/48000",
  ].join(";");
}

/** Normalizes clock, sample format and layout. Loudness is measured on the result. */
export const clock = (sourceChannels: number, layout: Layout = "stereo", from = ""): string[] => [
  ...(sourceChannels > 8 ? ["pan=stereo|c0=c0|c1=c1"] : []),
  `aresample=48000:async=1:min_hard_comp=0.02${from}`,
  `aformat=sample_fmts=fltp:channel_layouts=${layout}`,
];

/** Less than viewers notice. */
const SLACK_MS = 20;

/**
 * Pads each of several tracks to the length of the video, since players stop where the current track ends.
 * Nothing if the container does not state the video's length, as for a damaged file.
 */
export function planPadding(
  { audioTracks, promised, probe, zeroSeconds }: SourceFile,
  { endSeconds }: Pick<AudioTrack, "endSeconds">,
): string[] {
  if (audioTracks.length < 2 || endSeconds === undefined) return [];
  const startMs = Math.max(0, ((probe.video.startTime ?? zeroSeconds) - zeroSeconds) * 1000);
  const pictureEndMs = promised.durationMs === null ? probe.durationMs : startMs + promised.durationMs;
  const isEarly = pictureEndMs !== null && (endSeconds - zeroSeconds) * 1000 < pictureEndMs - SLACK_MS;
  return isEarly ? [`apad=whole_dur=${(pictureEndMs / 1000).toFixed(3)}`] : [];
}
