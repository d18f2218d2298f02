import { pickBoxes, readLevel } from "./boxes.ts";
import { readAudioConfig } from "./codec-string.ts";
import { MOST_SAMPLES, type Mp4Samples, readSamples } from "./samples.ts";
import { readTimeScale } from "./tables.ts";
import { type Mp4Track, readTrack } from "./track.ts";

/** The used tracks of an MP4 or MOV file. */
interface Mp4Movie {
  /** Ticks per second of the clock on which edit lists place the tracks. */
  timeScale: number;
  picture: SampledTrack;
  /** In the given order; null: not MPEG-4 audio, or contradictory tables. */
  audioTracks: (SampledTrack | null)[];
}

export interface SampledTrack {
  track: Mp4Track;
  samples: Mp4Samples;
}

/**
 * The content of a `moov`. Null for fragmented files, and if the picture's tables contradict each other or
 * claim more samples than an acceptable video has. Other tracks are not read: there may be any number of
 * them, with any claims. Pure.
 */
export function readMovie(
  moov: Buffer,
  { videoIndex, audioTracks }: { videoIndex: number; audioTracks: readonly { index: number }[] },
): Mp4Movie | null {
  const { mvhd, mvex } = pickBoxes(moov, ["mvhd", "mvex"]) ?? {};
  const timeScale = mvhd && unlessCut(() => readTimeScale(mvhd));
  if (!timeScale || mvex) return null;
  // ffmpeg numbers its streams in the order of the tracks.
  const traks = readLevel(moov)?.filter(({ type }) => type === "trak") ?? [];
  const room = { samples: MOST_SAMPLES };
  const read = (index: number, isWanted: (track: Mp4Track) => boolean): SampledTrack | null =>
    unlessCut(() => {
      const trak = traks[index];
      const track = trak ? readTrack(trak.body) : null;
      const samples = track && isWanted(track) ? readSamples(track.tables, room) : null;
      return track && samples && { track, samples };
    });
  // The picture first: audio that exceeds the limit is encoded.
  const picture = read(videoIndex, ({ handler }) => handler === "vide");
  return (
    picture && {
      timeScale,
      picture,
      audioTracks: audioTracks.map(({ index }) =>
        read(
          index,
          ({ handler, descriptions }) => handler === "soun" && readAudioConfig(descriptions[0]) !== null,
        ),
      ),
    }
  );
}

/** Null for a table that ends early. */
function unlessCut<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
