import type { SourceProbe, VideoStreamProbe } from "@reelay/contracts";
import type { NeededSource } from "../needs/index.ts";
import type { SoundTrack } from "./audio-track.ts";

/** The probe of a source whose picture is known. */
export type PictureProbe = SourceProbe & { video: VideoStreamProbe };

/** A source that was probed, and what only ffmpeg's arguments need. */
export interface SourceFile {
  /** What ffmpeg reads: `file:…`, or an address of the worker's own source server. Always beside `safeInputOptions` for it. */
  input: string;
  /** `video` says nothing where `isSoundOnly`. */
  probe: PictureProbe;
  /** No picture is looked at: the profile has no rungs. */
  isSoundOnly?: boolean;
  /** ffmpeg's index of the video stream that is rendered. */
  videoIndex: number;
  /** The tracks of sound that are made, the one that players begin with first; none when none can be decoded. */
  sounds: readonly SoundTrack[];
  /** Of the timeline's 0 on the container's clock, in seconds: where the first of these streams begins. */
  zeroSeconds: number;
  /** What the container says of the pictures: how many there are, and how long they last in milliseconds. */
  promised: { frames: number | null; durationMs: number | null };
  /** Most memory that ffprobe held to look at it; left out where that is not known. */
  probedBytes?: number;
  /** Exact average frame rate, e.g. 30000/1001; null when the container does not say. */
  frameRate: Ratio | null;
}

/** What is told of a source: nothing of a picture that was not looked at. */
export const reportedProbe = ({
  probe,
  isSoundOnly,
}: Pick<SourceFile, "probe" | "isSoundOnly">): SourceProbe =>
  isSoundOnly ? { ...probe, video: null } : probe;

export interface Ratio {
  num: number;
  den: number;
}

/** `30000/1001` or `8:9` → the ratio; null for `0/0`, `0:1`, `N/A` and nothing. */
export function parseRatio(text: string | undefined): Ratio | null {
  const match = /^(\d+)[/:](\d+)$/.exec(text ?? "");
  const num = Number(match?.[1]);
  const den = Number(match?.[2]);
  return num > 0 && den > 0 ? { num, den } : null;
}

/** Of pictures as they come from the decoder, turned upright: pixels, which need not be square. */
export const decodedSize = ({
  codedWidth,
  codedHeight,
  rotation,
}: Pick<VideoStreamProbe, "codedWidth" | "codedHeight" | "rotation">): { width: number; height: number } =>
  rotation % 180 === 0
    ? { width: codedWidth, height: codedHeight }
    : { width: codedHeight, height: codedWidth };

/** AAC has 47 packets per second at 48 kHz; what has more per second has them smaller. */
const soundPacketsPerSecond = 50;
/** Where the container does not say. */
const usualFrameRate = 60;

/** What of a source decides how much memory its reading and decoding need. Pure. */
export function describeForMemory({ probe, isSoundOnly, probedBytes = 0 }: SourceFile): NeededSource {
  const { video, streamCount: streams, durationMs } = probe;
  const { codedWidth: width, codedHeight: height, pixelFormat } = video;
  const pictures = isSoundOnly ? 0 : (video.frameRate ?? usualFrameRate);
  const perSecond = pictures + soundPacketsPerSecond * Math.max(1, streams - 1);
  const packets = Math.ceil((perSecond * (durationMs ?? 0)) / 1000);
  return { width, height, pixelFormat, isToneMapped: video.hdr !== null, streams, packets, probedBytes };
}
