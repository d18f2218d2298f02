import type { RenditionPart } from "@reelay/contracts";
import { LIVE_INPUT } from "../../media/ffmpeg/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import type { Counts } from "../../painting/index.ts";

/**
 * The frames of a drawing as a source, before its length is known. Pure.
 *
 * @param made.container what is drawn, e.g. `manim`
 * @param made.sizeBytes of what is drawn
 * @param made.isOverVideo whether a clip moves behind it. Default: no
 */
export function toSourceFile(
  { width, height, frameRate }: { width: number; height: number; frameRate: number },
  { isOverVideo = false, ...made }: { container: string; sizeBytes: number; isOverVideo?: boolean },
): SourceFile {
  // Of a composite with a clip each frame is new.
  const [pixelFormat, colorSpace, colorRange] = isOverVideo
    ? ["yuv420p", "bt709", "tv"]
    : ["bgr0", "gbr", "pc"];
  return {
    input: LIVE_INPUT,
    probe: {
      ...made,
      durationMs: null,
      bitrateBps: null,
      video: {
        ...{ codec: "vmnc", profile: null, pixelFormat },
        ...{ codedWidth: width, codedHeight: height, width, height },
        ...{ rotation: 0, pixelAspect: { num: 1, den: 1 } },
        frameRate,
        // A held frame is sent once.
        isVariableFrameRate: !isOverVideo,
        isInterlaced: false,
        frames: null,
        hdr: null,
        ...{ colorPrimaries: "bt709", colorTransfer: "bt709", colorSpace, colorRange },
        startTime: 0,
      },
      audio: null,
      streamCount: 1,
    },
    videoIndex: 0,
    audioTracks: [],
    zeroSeconds: 0,
    otherPictures: [],
    promised: { frames: null, durationMs: null },
    frameRate: { num: frameRate, den: 1 },
  };
}

const audio = { codec: "pcm_s16le", channels: 2, sampleRate: 48_000, language: null, startTime: 0 };

/** The source once its steps are counted. Its sound is a stream of its own. Pure. */
export function withCounts(source: SourceFile, { counted, picture }: Counts, hasAudio: boolean): SourceFile {
  const { width, height, frameRate } = picture;
  const { probe } = source;
  const { durationMs, frames } = counted;
  const size = { width, height, codedWidth: width, codedHeight: height };
  return {
    ...source,
    probe: {
      ...probe,
      durationMs: durationMs > 0 ? durationMs : null,
      video: { ...probe.video, ...size, frameRate, frames },
      audio: hasAudio ? audio : null,
      streamCount: hasAudio ? 2 : 1,
    },
    audioTracks: hasAudio ? [{ name: "audio", index: 0, probe: audio, label: "Audio", language: null }] : [],
  };
}

/** The source once it is drawn: a script may play more than it counted, or less. Pure. */
export function withDrawnLength(
  source: SourceFile,
  parts: readonly RenditionPart[],
  frameRate: number,
): SourceFile {
  const { probe } = source;
  const ends = parts.map(({ drawn }) => (drawn ? drawn.startFrame + drawn.frames : 0));
  const frames = Math.max(0, ...ends);
  // Only the sound was left to make.
  if (frames === 0 || frames === probe.video.frames) return source;
  const durationMs = Math.round((frames * 1_000) / frameRate);
  return { ...source, probe: { ...probe, durationMs, video: { ...probe.video, frames } } };
}
