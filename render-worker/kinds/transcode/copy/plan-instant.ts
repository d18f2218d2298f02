import { measureBandwidth, type NonStandardReason } from "@reelay/contracts";
import type { AudioTrack, SourceFile } from "../../../media/probe/index.ts";
import type { AudioIndex, PictureIndex, SourceIndex } from "./source-index.ts";

/** How a source is offered as it is. */
export interface InstantPlan {
  cuts: PictureIndex["cuts"];
  /** Maximum length of a segment. */
  longestSegmentMs: number;
  /** Size of the length prefix of a frame's units. */
  lengthBytes: number;
  /** Bits per second of the video's fastest segment. */
  peakBps: number;
  /** Audio tracks to copy; the others are encoded. */
  audioTracks: readonly CopiedAudio[];
}

export interface CopiedAudio {
  track: AudioTrack;
  channels: number;
  primingPackets: number;
}

export interface Judgement {
  /** Why players cannot play the source as it is, including reasons that only concern audio. */
  reasons: NonStandardReason[];
  /** Null: it cannot be offered as it is. */
  plan: InstantPlan | null;
}

/** Requirements of players, documented in docs/reference/graphql.md. */
const limits = {
  profiles: ["Baseline", "Constrained Baseline", "Main", "High", "Progressive High", "Constrained High"],
  /** H.264 5.1: 2160p30. */
  level: 51,
  frameRate: 60,
  gopMs: 10_000,
  bitrateBps: 12_000_000,
};

/** ffmpeg's name of the containers with an index of all frames. */
const CONTAINER = "mov,mp4,m4a,3gp,3g2,mj2";

/** Tolerance for rounding. */
const SLACK = 1.01;

/**
 * Judges whether players can stream a source as it is. `index` is null if it could not be read. Audio that
 * cannot be copied is a reason, but does not exclude the video: it plays with encoded audio. Pure.
 */
export function planInstant(source: SourceFile, index: SourceIndex | null): Judgement {
  const held = [...fromProbe(source), ...(index === null ? unread(source) : fromIndex(index))].filter(
    ({ code }, at, all) => all.findIndex((other) => other.code === code) === at,
  );
  const audioTracks = index === null ? [] : planAudioCopies(source, index);
  // One reason is enough, since the remedy is the same.
  const encoded = source.audioTracks.findIndex((track) =>
    audioTracks.every((copied) => copied.track !== track),
  );
  const reasons = [...held, ...fromAudio(source.audioTracks[encoded], index?.audioTracks[encoded] ?? null)];
  if (held.length > 0 || index === null) return { reasons, plan: null };
  const { picture } = index;
  return {
    reasons,
    plan: {
      cuts: picture.cuts,
      lengthBytes: picture.lengthBytes,
      longestSegmentMs: longestSegment(picture),
      peakBps: peakOf(picture),
      audioTracks,
    },
  };
}

function fromProbe({ probe }: SourceFile): NonStandardReason[] {
  const { video } = probe;
  const reasons: NonStandardReason[] = [];
  const unless = (isFine: boolean, code: string, message: string) => {
    if (!isFine) reasons.push({ code, message });
  };
  unless(
    probe.container === CONTAINER,
    "CONTAINER",
    `The container is ${probe.container}; expected MP4 or MOV.`,
  );
  unless(video.codec === "h264", "CODEC", `The video codec is ${video.codec}; expected h264.`);
  if (video.codec === "h264") {
    unless(
      video.profile === null || limits.profiles.includes(video.profile),
      "PROFILE",
      `The H.264 profile is ${video.profile}; expected Baseline, Main or High.`,
    );
  }
  unless(
    video.pixelFormat === "yuv420p" || video.pixelFormat === "yuvj420p",
    "PIXEL_FORMAT",
    `The pixel format is ${video.pixelFormat ?? "unknown"}; expected yuv420p (4:2:0 with 8 bits).`,
  );
  unless(
    video.hdr === null,
    "HDR",
    `The video has high dynamic range (${video.hdr}); expected standard dynamic range.`,
  );
  unless(!video.isInterlaced, "INTERLACED", "The video is interlaced; expected progressive frames.");
  const { num, den } = video.pixelAspect;
  unless(num === den, "PIXEL_ASPECT", `The pixel aspect is ${num}:${den}; expected square pixels (1:1).`);
  unless(
    video.rotation === 0,
    "ROTATION",
    `The video is stored rotated by ${video.rotation} degrees, which not every player corrects; expected an upright one.`,
  );
  unless(
    video.frameRate === null || video.frameRate <= limits.frameRate * SLACK,
    "FRAME_RATE",
    `The video has ${video.frameRate?.toFixed(2)} frames per second; expected at most ${limits.frameRate}.`,
  );
  return reasons;
}

function fromIndex({ picture }: SourceIndex): NonStandardReason[] {
  const reasons: NonStandardReason[] = [];
  const unless = (isFine: boolean, code: string, message: string) => {
    if (!isFine) reasons.push({ code, message });
  };
  unless(
    picture.level <= limits.level,
    "LEVEL",
    `The H.264 level is ${picture.level / 10}; expected at most ${limits.level / 10}.`,
  );
  unless(
    picture.longestGopMs <= limits.gopMs * SLACK,
    "KEY_FRAMES",
    `Key frames are up to ${seconds(picture.longestGopMs)} apart; expected at most ${seconds(limits.gopMs)}.`,
  );
  const open = picture.segments.find(({ startsWithIdr }) => !startsWithIdr);
  unless(
    picture.startsWithKeyFrame && open === undefined,
    "OPEN_GOP",
    picture.startsWithKeyFrame
      ? `Playback cannot start at the key frame at ${seconds(open?.startMs ?? 0)} (open group of pictures); expected an IDR frame.`
      : "The first frame is not a key frame; expected an IDR frame.",
  );
  unless(
    !picture.isTrimmed,
    "EDIT_LIST",
    "The file hides some frames (edit list), which not every player respects; expected all frames to be shown.",
  );
  unless(
    !picture.isTurned,
    "ROTATION",
    "The video is stored rotated or mirrored (display matrix), which not every player corrects; expected an upright one.",
  );
  unless(
    picture.hasOneDescription,
    "STREAM_CHANGES",
    "The codec settings change within the video; expected the same settings throughout.",
  );
  const peakBps = peakOf(picture);
  unless(
    peakBps <= limits.bitrateBps,
    "BITRATE",
    `The video peaks at ${megabits(peakBps)} Mb/s; expected at most ${megabits(limits.bitrateBps)}.`,
  );
  return reasons;
}

function unread({ probe }: SourceFile): NonStandardReason[] {
  if (probe.video.codec !== "h264" || probe.container !== CONTAINER) return [];
  const message =
    "The positions of the key frames could not be read from the file; expected a complete index.";
  return [{ code: "INDEX", message }];
}

/** Viewers notice offsets from 20 ms on; half an audio packet has 10 to 12. */
const AUDIO_SLACK_MS = 12;
const sampleRates = new Set([44_100, 48_000]);

/** A track that ends this long before the video is encoded, with silence up to the end. */
const EARLY_END_MS = 1_000;

function planAudioCopies({ audioTracks }: SourceFile, index: SourceIndex): CopiedAudio[] {
  const pictureEndMs = Math.max(
    ...index.picture.segments.map(({ startMs, durationMs }) => startMs + durationMs),
  );
  return audioTracks.flatMap((track, position) => {
    const audio = index.audioTracks[position] ?? null;
    const isShort = audioTracks.length > 1 && audio !== null && audio.endMs < pictureEndMs - EARLY_END_MS;
    const copied = audio === null || isShort ? null : planCopy(audio);
    return copied === null ? [] : [{ track, ...copied }];
  });
}

function planCopy(audio: AudioIndex): Omit<CopiedAudio, "track"> | null {
  if (audio.objectType !== 2 || !sampleRates.has(audio.sampleRate) || ![1, 2].includes(audio.channels)) {
    return null;
  }
  if (!audio.isGapless || audio.startMs > AUDIO_SLACK_MS) return null;
  return { channels: audio.channels, primingPackets: Math.round(audio.primingSamples / 1024) };
}

/** Reason for audio that is not copied. Without more details from the file, only the probe counts. */
function fromAudio(track: AudioTrack | undefined, index: AudioIndex | null): NonStandardReason[] {
  if (track === undefined) return [];
  const reason = (came: string, expected: string): NonStandardReason[] => [
    {
      code: "AUDIO",
      message: `The audio ${came}; expected ${expected}. It is encoded, which does not exclude the video.`,
    },
  ];
  const { codec, channels, sampleRate } = track.probe;
  const isLowComplexity = codec === "aac" && (index?.objectType ?? 2) === 2;
  if (!isLowComplexity || channels > 2 || !sampleRates.has(sampleRate)) {
    const kind = codec === "aac" && !isLowComplexity ? "aac (not LC)" : codec;
    return reason(
      `is ${kind} with ${channels} ${channels === 1 ? "channel" : "channels"} at ${sampleRate} Hz`,
      "AAC-LC with one or two channels at 44100 or 48000 Hz",
    );
  }
  if (index === null) return [];
  return reason(
    "starts late, ends early, has gaps or is cut (edit list)",
    "audio without gaps from the beginning",
  );
}

const longestSegment = ({ segments }: PictureIndex): number =>
  Math.max(...segments.map(({ durationMs }) => durationMs));

const peakOf = (picture: PictureIndex): number =>
  measureBandwidth(picture.segments, longestSegment(picture)).peakBps;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const megabits = (bps: number): string => (bps / 1e6).toFixed(1);
