import type { VideoStreamProbe } from "@reelay/contracts";
import type { PictureProbe, SourceFile } from "../media/probe/source-file.ts";

const stereo = { codec: "aac", channels: 2, sampleRate: 48_000, language: null, startTime: 0 };

/** A plain 1080p30 source with stereo audio, for planners. */
export function sourceOf(video: Partial<VideoStreamProbe> = {}, file: Partial<SourceFile> = {}): SourceFile {
  const probe: PictureProbe = {
    container: "mov,mp4,m4a,3gp,3g2,mj2",
    durationMs: 60_000,
    sizeBytes: 10_000_000,
    bitrateBps: 1_333_333,
    video: {
      codec: "h264",
      profile: "High",
      pixelFormat: "yuv420p",
      codedWidth: 1920,
      codedHeight: 1080,
      width: 1920,
      height: 1080,
      rotation: 0,
      pixelAspect: { num: 1, den: 1 },
      frameRate: 30,
      isVariableFrameRate: false,
      isInterlaced: false,
      frames: 1800,
      hdr: null,
      colorPrimaries: "bt709",
      colorTransfer: "bt709",
      colorSpace: "bt709",
      colorRange: "tv",
      startTime: 0,
      ...video,
    },
    audio: stereo,
    streamCount: 2,
  };
  return {
    input: "file:/store/clip.mp4",
    probe,
    otherPictures: [],
    promised: { frames: null, durationMs: null },
    videoIndex: 0,
    audioTracks: [{ name: "audio", index: 1, probe: stereo, label: "Track 1", language: null }],
    zeroSeconds: 0,
    frameRate: { num: 30, den: 1 },
    ...file,
  };
}
