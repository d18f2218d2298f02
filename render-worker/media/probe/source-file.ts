import type { SourceProbe, VideoStreamProbe } from "@reelay/contracts";
import type { NeededSource, Picture } from "../needs/index.ts";
import type { AudioTrack } from "./audio-track.ts";

/** The probe of a source with video. */
export type PictureProbe = SourceProbe & { video: VideoStreamProbe };

/** A probed source, with the additional values for ffmpeg's arguments. */
export interface SourceFile {
  /**
   * ffmpeg's input: `file:…`, or an address of the worker's source server. Always combined with
   * `safeInputOptions`.
   */
  input: string;
  /** `video` does not describe a real track if `isAudioOnly`. */
  probe: PictureProbe;
  /** Video is ignored, since the profile has no rungs. */
  isAudioOnly?: boolean;
  /** ffmpeg's index of the rendered video stream. */
  videoIndex: number;
  /** Audio tracks to encode, the default one first. Empty if none can be decoded. */
  audioTracks: readonly AudioTrack[];
  /**
   * Position of the timeline's 0 on the container's clock, in seconds: the start of the first of these
   * streams.
   */
  zeroSeconds: number;
  /** Number and total length (milliseconds) of the frames, as the container states them. */
  promised: { frames: number | null; durationMs: number | null };
  /** Video streams beside the rendered one, such as cover art. */
  otherPictures: readonly Picture[];
  /** Peak memory of ffprobe. Absent: unknown. */
  probedBytes?: number;
  /** Exact average frame rate, e.g. 30000/1001; null if the container does not state it. */
  frameRate: Ratio | null;
}

/** The reported probe, without the placeholder for ignored video. */
export const reportedProbe = ({
  probe,
  isAudioOnly,
}: Pick<SourceFile, "probe" | "isAudioOnly">): SourceProbe =>
  isAudioOnly ? { ...probe, video: null } : probe;

export interface Ratio {
  num: number;
  den: number;
}

/** `30000/1001` or `8:9` → the ratio; null for `0/0`, `0:1`, `N/A` and undefined. */
export function parseRatio(text: string | undefined): Ratio | null {
  const match = /^(\d+)[/:](\d+)$/.exec(text ?? "");
  const num = Number(match?.[1]);
  const den = Number(match?.[2]);
  return num > 0 && den > 0 ? { num, den } : null;
}

/** Size in pixels of decoded frames after rotation. Pixels may not be square. */
export const decodedSize = ({
  codedWidth,
  codedHeight,
  rotation,
}: Pick<VideoStreamProbe, "codedWidth" | "codedHeight" | "rotation">): { width: number; height: number } =>
  rotation % 180 === 0
    ? { width: codedWidth, height: codedHeight }
    : { width: codedHeight, height: codedWidth };

/** AAC has 47 packets per second at 48 kHz. Codecs with more have smaller ones. */
const AUDIO_PACKETS_PER_SECOND = 50;
/** Assumed if the container does not state it. */
const USUAL_FRAME_RATE = 60;

/** Properties of a source that determine the memory for reading and decoding it. Pure. */
export function describeForMemory({ probe, isAudioOnly, probedBytes = 0 }: SourceFile): NeededSource {
  const { video, streamCount: streams, durationMs } = probe;
  const { codedWidth: width, codedHeight: height, pixelFormat } = video;
  const pictures = isAudioOnly ? 0 : (video.frameRate ?? USUAL_FRAME_RATE);
  const perSecond = pictures + AUDIO_PACKETS_PER_SECOND * Math.max(1, streams - 1);
  const packets = Math.ceil((perSecond * (durationMs ?? 0)) / 1000);
  return { width, height, pixelFormat, isToneMapped: video.hdr !== null, streams, packets, probedBytes };
}
