import { h264Level } from "./h264-level.ts";

export type VideoCodec = "H264" | "HEVC" | "AV1";

/** What kind of device an encoder or a decoder works on; ffmpeg's names for them differ from place to place. */
export type DeviceKind = "CUDA" | "QSV" | "VAAPI" | "VIDEOTOOLBOX";

/** What an encoder is told of the picture that it gets. */
export interface Picture {
  width: number;
  height: number;
  /** Frames per second. */
  frameRate: number;
  /** Ceiling of the bits per second. */
  bitrateBps: number;
}

/** What is particular to one encoder: everything else of a command line is the same for all. Each text is a piece of that line. */
export interface EncoderRow {
  /** ffmpeg's. */
  name: string;
  codec: VideoCodec;
  /** Null: software. */
  device: DeviceKind | null;
  /** Effort, profile, level and the tag that players know the codec by. */
  coding: (picture: Picture) => string;
  /**
   * Constant quality under a ceiling: easy pictures cost less than the rung allows, hard ones never more. The decoder's buffer holds
   * one second, so that the peak over a segment stays near the ceiling that BANDWIDTH announces.
   */
  rate: (quality: number, ceilingBps: number) => string;
  /** The quality that looks alike with all of them, on the encoder's own scale: more is worse. */
  quality: number;
  /**
   * Beside forced key frames: each of them begins a closed group of pictures that needs nothing before it, and there are no others, so
   * that all variants have theirs at the same places.
   */
  groups: string;
  /** What pictures must go through on their way from main memory to it, appended to the rung's filters; empty: it takes them as they are. */
  upload: string;
  /** Pixels below and above which it does not open. */
  limits: { width: number; height: number; longerSide: number };
}

const nvenc = {
  device: "CUDA",
  // A target of 0 leaves the rate to the quality: ffmpeg's own default of 2 Mb/s would be one.
  rate: (quality, bps) => `-rc vbr -cq ${quality} -b:v 0 -maxrate ${bps} -bufsize ${bps}`,
  // Forced key frames are plain I pictures unless they are told to be IDR ones.
  groups: "-forced-idr 1 -no-scenecut 1",
  // It copies pictures to its device by itself.
  upload: "",
  // Those of H.264, which are the narrowest: a portrait 144p is made in software.
  limits: { width: 146, height: 50, longerSide: 4096 },
} satisfies Partial<EncoderRow>;

const qsv = {
  device: "QSV",
  // A quality with a target and a ceiling is QVBR; without the target it would be ICQ, which knows no ceiling.
  rate: (quality, bps) => `-global_quality ${quality} -b:v ${bps} -maxrate ${bps} -bufsize ${bps}`,
  groups: "-forced_idr 1 -idr_interval 0 -adaptive_i 0 -flags +cgop",
  // A session of its own would open on whatever device comes first: uploaded pictures say which.
  upload: "format=nv12,hwupload=extra_hw_frames=64,format=qsv",
  limits: { width: 128, height: 128, longerSide: 4096 },
} satisfies Partial<EncoderRow>;

const vaapi = {
  device: "VAAPI",
  // Few drivers know a quality with a ceiling (QVBR); all know a variable rate. Here the ceiling goes first.
  rate: (_quality, bps) => `-rc_mode VBR -b:v ${Math.round(bps * 0.8)} -maxrate ${bps} -bufsize ${bps}`,
  // Key frames are IDR ones, and it adds none of its own.
  groups: "-idr_interval 0 -flags +cgop",
  upload: "format=nv12,hwupload",
  limits: { width: 128, height: 128, longerSide: 4096 },
} satisfies Partial<EncoderRow>;

const videotoolbox = {
  device: "VIDEOTOOLBOX",
  // Its constant quality exists on Apple's own chips only, and has no ceiling.
  rate: (_quality, bps) => `-b:v ${Math.round(bps * 0.8)} -maxrate ${bps} -bufsize ${bps} -realtime 0`,
  groups: "-flags +cgop",
  upload: "",
  limits: { width: 64, height: 64, longerSide: 4096 },
} satisfies Partial<EncoderRow>;

const software = {
  device: null,
  rate: (quality, bps) => `-crf ${quality} -maxrate ${bps} -bufsize ${bps}`,
  upload: "",
  limits: { width: 2, height: 2, longerSide: 16_384 },
} satisfies Partial<EncoderRow>;

/** B pictures of H.264 are coded by every generation of the chips; of HEVC only from Turing (2018) on. */
const nvencH264 = "-preset p4 -tune hq -profile:v high -bf 2";

/**
 * All encoders that renders may use. For each codec in the order of preference: the fastest first, software last, since it is what
 * remains when a device fails.
 */
export const encoderTable: readonly EncoderRow[] = [
  {
    ...nvenc,
    name: "h264_nvenc",
    codec: "H264",
    coding: (picture) => `${nvencH264} -level:v ${h264Level(picture)}`,
    quality: 27,
  },
  {
    ...qsv,
    name: "h264_qsv",
    codec: "H264",
    coding: (picture) => `-preset veryfast -profile:v high -level:v ${levelNumber(picture)}`,
    quality: 25,
  },
  {
    ...vaapi,
    name: "h264_vaapi",
    codec: "H264",
    // Intel's newer chips have no B pictures in their low-power coder, which is the only one they have.
    coding: (picture) => `-profile:v high -level:v ${levelNumber(picture)} -bf 0`,
    quality: 25,
  },
  {
    ...videotoolbox,
    name: "h264_videotoolbox",
    codec: "H264",
    coding: () => "-profile:v high",
    quality: 25,
  },
  {
    ...software,
    name: "libx264",
    codec: "H264",
    // The parameter sets would else name the quality, and parts of a video that are made coarser or finer would need their own.
    coding: (picture) =>
      `-preset veryfast -profile:v high -level:v ${h264Level(picture)} -x264-params stitchable=1`,
    quality: 23,
    groups: "-sc_threshold 0 -flags +cgop",
  },
  {
    ...nvenc,
    name: "hevc_nvenc",
    codec: "HEVC",
    coding: () => "-preset p4 -tune hq -profile:v main -bf 0 -tag:v hvc1",
    quality: 29,
  },
  {
    ...qsv,
    name: "hevc_qsv",
    codec: "HEVC",
    coding: () => "-preset veryfast -profile:v main -tag:v hvc1",
    // It has no switch for I pictures of its own in older releases, and makes none by default.
    groups: "-forced_idr 1 -idr_interval 0 -flags +cgop",
    quality: 27,
  },
  {
    ...vaapi,
    name: "hevc_vaapi",
    codec: "HEVC",
    coding: () => "-profile:v main -bf 0 -tag:v hvc1",
    quality: 27,
  },
  {
    ...videotoolbox,
    name: "hevc_videotoolbox",
    codec: "HEVC",
    coding: () => "-profile:v main -tag:v hvc1",
    quality: 27,
  },
  {
    ...software,
    name: "libx265",
    codec: "HEVC",
    // Apple's players want `hvc1`: parameter sets in the header alone. The level is the lowest that fits, found by the encoder.
    coding: () => "-preset superfast -profile:v main -tag:v hvc1",
    quality: 26,
    // Its log is its own, not ffmpeg's: without a word it writes 20 lines.
    groups: "-forced-idr 1 -x265-params open-gop=0:scenecut=0:log-level=warning",
  },
  {
    ...nvenc,
    name: "av1_nvenc",
    codec: "AV1",
    coding: () => "-preset p4 -tune hq -bf 0",
    quality: 34,
  },
  {
    ...qsv,
    name: "av1_qsv",
    codec: "AV1",
    coding: () => "-preset veryfast -profile:v main",
    groups: "-forced_idr 1 -adaptive_i 0 -flags +cgop",
    quality: 32,
  },
  {
    ...vaapi,
    name: "av1_vaapi",
    codec: "AV1",
    coding: () => "-profile:v main -bf 0",
    quality: 32,
  },
  {
    ...software,
    // Before ffmpeg 6 it ignores forced key frames: the trial finds that out, and it is not used there.
    name: "libsvtav1",
    codec: "AV1",
    coding: () => "-preset 10",
    quality: 35,
    groups: "-svtav1-params scd=0",
  },
];

/** `3.1` → 31: some encoders only take the number that stands in the stream. */
const levelNumber = (picture: Picture): number => Math.round(Number(h264Level(picture)) * 10);
