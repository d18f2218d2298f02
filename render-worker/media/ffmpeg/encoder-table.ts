import { h264Level } from "./h264-level.ts";

export type VideoCodec = "H264" | "HEVC" | "AV1";

/** Kind of device of an encoder or decoder. ffmpeg uses different names for it in different options. */
export type DeviceKind = "CUDA" | "QSV" | "VAAPI" | "VIDEOTOOLBOX";

/** The video that an encoder receives. */
export interface Picture {
  width: number;
  height: number;
  /** Frames per second. */
  frameRate: number;
  /** Maximum bitrate in bits per second. */
  bitrateBps: number;
  /** Whether a program drew it: shapes and text that stand still for most of the time. Default false. */
  isDrawn?: boolean;
}

/** The options that are specific to one encoder. Each text is part of a command line. */
export interface EncoderRow {
  /** ffmpeg's name. */
  name: string;
  codec: VideoCodec;
  /** Null: software. */
  device: DeviceKind | null;
  /** Effort, profile, level, and the codec tag for players. */
  coding: (picture: Picture) => string;
  /**
   * Constant quality with a maximum bitrate: easy content uses less, hard content never more. The decoder
   * buffer holds one second, so that the peak over a segment stays near the announced BANDWIDTH.
   */
  rate: (quality: number, ceilingBps: number) => string;
  /**
   * Quality with the same visual result for all encoders, on the encoder's own scale, where higher is worse.
   */
  quality: number;
  /**
   * Makes each forced key frame start a closed group of pictures, and disables other key frames, so that all
   * variants have them at the same times.
   */
  groups: string;
  /** Filters that upload frames from main memory, appended to the rung's filters. Empty: not needed. */
  upload: string;
  /** The encoder does not open outside these sizes, in pixels. */
  limits: { width: number; height: number; longerSide: number };
}

const nvenc = {
  device: "CUDA",
  // A target of 0 leaves the bitrate to the quality; ffmpeg's default is 2 Mb/s.
  rate: (quality, bps) => `-rc vbr -cq ${quality} -b:v 0 -maxrate ${bps} -bufsize ${bps}`,
  // Forced key frames are plain I frames unless IDR frames are requested.
  groups: "-forced-idr 1 -no-scenecut 1",
  // It uploads frames itself.
  upload: "",
  // The limits of H.264, the narrowest. A portrait 144p is encoded in software.
  limits: { width: 146, height: 50, longerSide: 4096 },
} satisfies Partial<EncoderRow>;

const qsv = {
  device: "QSV",
  // A quality with a target and a maximum selects QVBR; without a target it would select ICQ, which has no
  // maximum.
  rate: (quality, bps) => `-global_quality ${quality} -b:v ${bps} -maxrate ${bps} -bufsize ${bps}`,
  groups: "-forced_idr 1 -idr_interval 0 -adaptive_i 0 -flags +cgop",
  // A session of its own would open on the first device; uploaded frames determine the device.
  upload: "format=nv12,hwupload=extra_hw_frames=64,format=qsv",
  limits: { width: 128, height: 128, longerSide: 4096 },
} satisfies Partial<EncoderRow>;

const vaapi = {
  device: "VAAPI",
  // Few drivers support a quality with a maximum (QVBR), all support a variable bitrate. The maximum takes
  // precedence here.
  rate: (_quality, bps) => `-rc_mode VBR -b:v ${Math.round(bps * 0.8)} -maxrate ${bps} -bufsize ${bps}`,
  // Key frames are IDR frames, and it adds no others.
  groups: "-idr_interval 0 -flags +cgop",
  upload: "format=nv12,hwupload",
  limits: { width: 128, height: 128, longerSide: 4096 },
} satisfies Partial<EncoderRow>;

const videotoolbox = {
  device: "VIDEOTOOLBOX",
  // Its constant quality works on Apple's own chips only, and has no maximum.
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

/** All NVENC generations encode B-frames in H.264, but in HEVC only from Turing (2018) on. */
const NVENC_H264 = "-preset p4 -tune hq -profile:v high -bf 2";

/**
 * All encoders that renders may use. Per codec in order of preference: fastest first, software last as the
 * fallback when a device fails.
 */
export const encoderTable: readonly EncoderRow[] = [
  {
    ...nvenc,
    name: "h264_nvenc",
    codec: "H264",
    coding: (picture) => `${NVENC_H264} -level:v ${h264Level(picture)}`,
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
    // Newer Intel chips have only a low-power encoder, without B-frames.
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
    // Keeps the quality out of the parameter sets, which parts with another quality could otherwise not
    // share. In drawings a finer search for motion finds nothing: a quiz at 1080p has the same size with
    // "superfast" and the tree of "veryfast", 0.2 dB less SSIM, and takes two thirds of the time. Behind a
    // veil the same is true of a clip: 0.1 dB less SSIM, 3 % more bytes at 1080p and 14 % at 480p.
    coding: (picture) =>
      `-preset ${picture.isDrawn ? "superfast" : "veryfast"} -profile:v high -level:v ${h264Level(picture)} -x264-params stitchable=1${picture.isDrawn ? ":mbtree=1:rc-lookahead=10" : ""}`,
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
    // Older releases lack the switch for forced IDR frames, and add no I frames by default.
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
    // Apple's players require `hvc1`, with parameter sets only in the header. The encoder chooses the lowest
    // level.
    coding: () => "-preset superfast -profile:v main -tag:v hvc1",
    quality: 26,
    // It has its own log and would write 20 lines by default.
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
    // Before ffmpeg 6 it ignores forced key frames; the trial then rejects it.
    name: "libsvtav1",
    codec: "AV1",
    coding: () => "-preset 10",
    quality: 35,
    groups: "-svtav1-params scd=0",
  },
];

/** `3.1` → 31, for encoders that only accept the number in the stream. */
const levelNumber = (picture: Picture): number => Math.round(Number(h264Level(picture)) * 10);
