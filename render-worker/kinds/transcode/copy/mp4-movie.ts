import { pickBoxes, readLevel } from "../../../media/hls/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import { readSoundConfig } from "./decoder-configs.ts";
import { type Mp4Samples, mostSamples, readSamples } from "./mp4-samples.ts";
import { type Mp4Track, readTrack } from "./mp4-track.ts";

/** Of an MP4 or MOV file, the tracks that something is made of. */
export interface Mp4Movie {
  /** Ticks per second of the clock that the tracks are placed on. */
  timeScale: number;
  picture: SampledTrack;
  /** Of the source's tracks of sound, in their order; null: not MPEG-4 sound, or its tables do not go together. */
  sounds: (SampledTrack | null)[];
}

export interface SampledTrack {
  track: Mp4Track;
  samples: Mp4Samples;
}

/**
 * What is in a `moov`. Null for files of fragments, and where the picture's tables do not go together or claim more than those of any video that is
 * taken. Tracks that nothing is made of are not looked at: there may be any number of them, which claim whatever they like. Pure.
 */
export function readMovie(
  moov: Buffer,
  { videoIndex, sounds }: Pick<SourceFile, "videoIndex" | "sounds">,
): Mp4Movie | null {
  const { mvhd, mvex } = pickBoxes(moov, ["mvhd", "mvex"]) ?? {};
  const timeScale = mvhd && unlessCut(() => mvhd.readUInt32BE(mvhd[0] === 1 ? 20 : 12));
  if (!timeScale || mvex) return null;
  // ffmpeg counts its streams in the order of the tracks.
  const traks = readLevel(moov)?.filter(({ type }) => type === "trak") ?? [];
  const room = { samples: mostSamples };
  const read = (index: number, isWanted: (track: Mp4Track) => boolean): SampledTrack | null =>
    unlessCut(() => {
      const trak = traks[index];
      const track = trak ? readTrack(trak.body) : null;
      const samples = track && isWanted(track) ? readSamples(track, room) : null;
      return track && samples && { track, samples };
    });
  // The picture first: sound that there is no room for is encoded.
  const picture = read(videoIndex, ({ handler }) => handler === "vide");
  return (
    picture && {
      timeScale,
      picture,
      sounds: sounds.map(({ index }) =>
        read(
          index,
          ({ handler, descriptions }) => handler === "soun" && readSoundConfig(descriptions) !== null,
        ),
      ),
    }
  );
}

/** Null where a table ends before it should. */
function unlessCut<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
