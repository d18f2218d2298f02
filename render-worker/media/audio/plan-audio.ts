import { type Profile, soundBps } from "@reelay/contracts";
import type { SoundTrack, SourceFile } from "../probe/index.ts";

/** What is told of the channels of a track and of its filters to the layout that it gets. */
type Layout = "mono" | "stereo" | "5.1";

const layoutChannels: Record<Layout, number> = { mono: 1, stereo: 2, "5.1": 6 };

/** Two channels, or with `SOURCE` as many as players agree on: one, two or 5.1. Beyond 7.1 there is no agreed order to mix from. */
function layoutOf({ channels }: Profile["audio"], sourceChannels: number): Layout {
  if (channels !== "SOURCE" || sourceChannels > 8) return "stereo";
  return sourceChannels === 1 ? "mono" : sourceChannels === 2 ? "stereo" : "5.1";
}

/** How a track is made: pure. */
interface PlannedSound {
  channels: number;
  bitrateBps: number;
  /** ffmpeg's filters from the decoded track to what is encoded. */
  filter: string;
  /** A source of what is encoded where there is nothing but silence. */
  silence: string;
}

/**
 * Sound on the picture's clock: a late start and gaps are filled with silence, overlaps are cut. Mixed down with the coefficients of ITU-R BS.775 (the
 * centre and the surrounds 3 dB down into both sides): as loud as it was, with a limiter for the moments in which that is too much, instead of turning
 * everything down for them.
 *
 * @param gainDb how much louder it is to be (`measureLoudness`); 0 as it is
 * @param startMs of sound that may change its format on the way: when it begins on the timeline
 */
export function planSound(
  audio: Profile["audio"],
  sourceChannels: number,
  gainDb: number,
  startMs: number | null = null,
): PlannedSound {
  const layout = layoutOf(audio, sourceChannels);
  const isMixedDown = sourceChannels > layoutChannels[layout] && sourceChannels <= 8;
  const filter = [
    ...(startMs === null
      ? clock(sourceChannels, layout, ":first_pts=0")
      : [...clock(sourceChannels, layout), fromTheBeginning(startMs)]),
    ...(gainDb === 0 ? [] : [`volume=${gainDb}dB`]),
    // Looks 5 ms ahead and takes them back: the sound stays in step with the picture.
    ...(isMixedDown || gainDb > 0 ? ["alimiter=limit=0.94:level=0:attack=5:release=50:latency=1"] : []),
  ];
  const channels = layoutChannels[layout];
  const silence = `anullsrc=r=48000:cl=${layout},aformat=sample_fmts=fltp`;
  return { channels, bitrateBps: soundBps(audio, channels), filter: filter.join(","), silence };
}

/** Recordings of broadcasts. Of these ffprobe knows when sound begins; of other containers not where that is late, and the sound seldom changes. */
export const mayChangeFormat = ({ probe }: Pick<SourceFile, "probe">): boolean =>
  /^mpeg(ts)?$/.test(probe.container);

/** How long after it should have begun a track counts as begun. */
const begunMs = 1_000;

/**
 * Silence from 0 up to the first sound. ffmpeg sets up all filters anew when the decoded sound changes its channels or rate, and what was told to begin at 0
 * would then put silence for all the time so far into the middle. So only the first moments go through it, and the rest follows on them: in filters that
 * were set up anew there are no first moments, and the rest keeps its own times. (`concat` was taken over `ainterleave`, which in ffmpeg 5.1 holds sound back
 * until it is asked for, and loses it then.)
 */
function fromTheBeginning(startMs: number): string {
  const seconds = (startMs + begunMs) / 1000;
  return [
    "asplit[first][all]",
    `[first]atrim=end=${seconds},aresample=async=1:first_pts=0[begun]`,
    `[all]asetpts='PTS-if(lt(STARTT,${seconds}),${seconds}/TB,0)',atrim=start=0[rest]`,
    "[begun][rest]concat=v=0:a=1,asettb=1/48000",
  ].join(";");
}

/** To one clock, format and layout, which is also what loudness is measured of. */
export const clock = (sourceChannels: number, layout: Layout = "stereo", from = ""): string[] => [
  ...(sourceChannels > 8 ? ["pan=stereo|c0=c0|c1=c1"] : []),
  `aresample=48000:async=1:min_hard_comp=0.02${from}`,
  `aformat=sample_fmts=fltp:channel_layouts=${layout}`,
];

/** Less than viewers notice. */
const slackMs = 20;

/**
 * Of several tracks, between which viewers change, each lasts as long as the picture: one that is told to end early goes on in silence, since players stop
 * where the track that is heard does. Nothing where the container does not say: of a damaged file nobody knows how long the picture will be.
 */
export function planPadding(
  { sounds, promised, probe, zeroSeconds }: SourceFile,
  { endSeconds }: Pick<SoundTrack, "endSeconds">,
): string[] {
  if (sounds.length < 2 || endSeconds === undefined) return [];
  const startMs = Math.max(0, ((probe.video.startTime ?? zeroSeconds) - zeroSeconds) * 1000);
  const pictureEndMs = promised.durationMs === null ? probe.durationMs : startMs + promised.durationMs;
  const isEarly = pictureEndMs !== null && (endSeconds - zeroSeconds) * 1000 < pictureEndMs - slackMs;
  return isEarly ? [`apad=whole_dur=${(pictureEndMs / 1000).toFixed(3)}`] : [];
}
