import { measureBandwidth, type NonStandardReason } from "@reelay/contracts";
import type { SoundTrack, SourceFile } from "../../../media/probe/index.ts";
import type { PictureIndex, SoundIndex, SourceIndex } from "./source-index.ts";

/** How a source is made playable as it is. */
export interface InstantPlan {
  cuts: PictureIndex["cuts"];
  /** No segment is longer. */
  longestSegmentMs: number;
  /** Of the lengths before the units of a frame. */
  lengthBytes: number;
  /** Of the picture: the fastest segment's bits per second. */
  peakBps: number;
  /** What of the sound is copied; the rest is encoded. */
  sounds: readonly CopiedSound[];
}

export interface CopiedSound {
  track: SoundTrack;
  channels: number;
  primingPackets: number;
}

export interface Judgement {
  /** Why players cannot take the source as it is; what only concerns the sound is among them. */
  reasons: NonStandardReason[];
  /** Null: not as it is. */
  plan: InstantPlan | null;
}

/** What players take: documented in docs/reference/graphql.md. */
const limits = {
  profiles: ["Baseline", "Constrained Baseline", "Main", "High", "Progressive High", "Constrained High"],
  /** H.264 5.1: 2160p30. */
  level: 51,
  frameRate: 60,
  gopMs: 10_000,
  bitrateBps: 12_000_000,
};

/** ffmpeg's name of the containers whose index says where every frame lies. */
const container = "mov,mp4,m4a,3gp,3g2,mj2";

/** A frame or a rounding more is no other source. */
const slack = 1.01;

/**
 * Whether players can stream a source as it is. `index` is null where it could not be read. Sound that cannot be copied is a reason, but does
 * not hold back the picture: it plays with the encoded sound. Pure.
 */
export function planInstant(source: SourceFile, index: SourceIndex | null): Judgement {
  const held = [...fromProbe(source), ...(index === null ? unread(source) : fromIndex(index))].filter(
    ({ code }, at, all) => all.findIndex((other) => other.code === code) === at,
  );
  const sounds = index === null ? [] : planSounds(source, index);
  // One speaks for all: what is done about it is the same.
  const encoded = source.sounds.findIndex((track) => sounds.every((copied) => copied.track !== track));
  const reasons = [...held, ...fromSound(source.sounds[encoded], index?.sounds[encoded] ?? null)];
  if (held.length > 0 || index === null) return { reasons, plan: null };
  const { picture } = index;
  return {
    reasons,
    plan: {
      cuts: picture.cuts,
      lengthBytes: picture.lengthBytes,
      longestSegmentMs: longestSegment(picture),
      peakBps: peakOf(picture),
      sounds,
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
    probe.container === container,
    "CONTAINER",
    `The file is of the format ${probe.container}; MP4 or MOV was expected.`,
  );
  unless(video.codec === "h264", "CODEC", `The picture's codec is ${video.codec}; h264 was expected.`);
  if (video.codec === "h264") {
    unless(
      video.profile === null || limits.profiles.includes(video.profile),
      "PROFILE",
      `The picture is H.264 of the profile ${video.profile}; Baseline, Main or High was expected.`,
    );
  }
  unless(
    video.pixelFormat === "yuv420p" || video.pixelFormat === "yuvj420p",
    "PIXEL_FORMAT",
    `The pixels are ${video.pixelFormat ?? "of an unknown format"}; yuv420p (4:2:0 with 8 bits) was expected.`,
  );
  unless(
    video.hdr === null,
    "HDR",
    `The picture has high dynamic range (${video.hdr}); standard was expected.`,
  );
  unless(!video.isInterlaced, "INTERLACED", "The picture is interlaced; whole frames were expected.");
  const { num, den } = video.pixelAspect;
  unless(num === den, "PIXEL_ASPECT", `A pixel is ${num}:${den}; square pixels (1:1) were expected.`);
  unless(
    video.rotation === 0,
    "ROTATION",
    `The picture is to be turned by ${video.rotation} degrees, which not every player does; one that stands upright was expected.`,
  );
  unless(
    video.frameRate === null || video.frameRate <= limits.frameRate * slack,
    "FRAME_RATE",
    `The picture has ${video.frameRate?.toFixed(2)} frames per second; at most ${limits.frameRate} were expected.`,
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
    `The picture is H.264 of level ${picture.level / 10}; at most ${limits.level / 10} was expected.`,
  );
  unless(
    picture.longestGopMs <= limits.gopMs * slack,
    "KEY_FRAMES",
    `Key frames are up to ${seconds(picture.longestGopMs)} apart; at most ${seconds(limits.gopMs)} were expected.`,
  );
  const open = picture.segments.find(({ startsWithIdr }) => !startsWithIdr);
  unless(
    picture.startsWithKeyFrame && open === undefined,
    "OPEN_GOP",
    picture.startsWithKeyFrame
      ? `The key frame at ${seconds(open?.startMs ?? 0)} is none that a player can begin at (open group of pictures); IDR frames were expected.`
      : "The first frame is no key frame; an IDR frame was expected.",
  );
  unless(
    !picture.isTrimmed,
    "EDIT_LIST",
    "The file holds pictures that are not to be shown (edit list), which not every player leaves out; all of them were expected to be shown.",
  );
  unless(
    !picture.isTurned,
    "ROTATION",
    "The picture is to be turned or mirrored (display matrix), which not every player does; one that stands upright was expected.",
  );
  unless(
    picture.hasOneDescription,
    "STREAM_CHANGES",
    "The picture's codec settings change on the way; the same ones for the whole video were expected.",
  );
  const peakBps = peakOf(picture);
  unless(
    peakBps <= limits.bitrateBps,
    "BITRATE",
    `The picture has up to ${megabits(peakBps)} Mb/s; at most ${megabits(limits.bitrateBps)} were expected.`,
  );
  return reasons;
}

function unread({ probe }: SourceFile): NonStandardReason[] {
  if (probe.video.codec !== "h264" || probe.container !== container) return [];
  const message = "Where the key frames are could not be read from the file; a whole index was expected.";
  return [{ code: "INDEX", message }];
}

/** Viewers notice from 20 ms on; half a packet of sound has 10 to 12. */
const soundSlackMs = 12;
const sampleRates = new Set([44_100, 48_000]);

/** A track that ends so long before the picture is encoded, with silence up to its end. */
const earlyEndMs = 1_000;

function planSounds({ sounds }: SourceFile, index: SourceIndex): CopiedSound[] {
  const pictureEndMs = Math.max(
    ...index.picture.segments.map(({ startMs, durationMs }) => startMs + durationMs),
  );
  return sounds.flatMap((track, position) => {
    const sound = index.sounds[position] ?? null;
    const isShort = sounds.length > 1 && sound !== null && sound.endMs < pictureEndMs - earlyEndMs;
    const copied = sound === null || isShort ? null : planSound(sound);
    return copied === null ? [] : [{ track, ...copied }];
  });
}

function planSound(sound: SoundIndex): Omit<CopiedSound, "track"> | null {
  if (sound.objectType !== 2 || !sampleRates.has(sound.sampleRate) || ![1, 2].includes(sound.channels)) {
    return null;
  }
  if (!sound.isGapless || sound.startMs > soundSlackMs) return null;
  return { channels: sound.channels, primingPackets: Math.round(sound.primingSamples / 1024) };
}

/** Of sound that is not copied. Where the file does not say more than the probe, only what the probe says is held against it. */
function fromSound(track: SoundTrack | undefined, index: SoundIndex | null): NonStandardReason[] {
  if (track === undefined) return [];
  const reason = (came: string, expected: string): NonStandardReason[] => [
    {
      code: "AUDIO",
      message: `The sound ${came}; ${expected} was expected. It is encoded, which does not hold back the picture.`,
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
    "begins late, ends early, has gaps or is cut (edit list)",
    "sound without a gap from the beginning",
  );
}

const longestSegment = ({ segments }: PictureIndex): number =>
  Math.max(...segments.map(({ durationMs }) => durationMs));

const peakOf = (picture: PictureIndex): number =>
  measureBandwidth(picture.segments, longestSegment(picture)).peakBps;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const megabits = (bps: number): string => (bps / 1e6).toFixed(1);
