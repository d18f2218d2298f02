/** What people's files are made of: containers, what each may hold, and ffmpeg's options to write it. */

export interface PictureCodec {
  options: string;
  formats: readonly string[];
  /** Only these sizes. */
  sizes?: readonly string[];
  /** Only these rates. */
  rates?: readonly string[];
  /** It has groups of pictures whose length can be chosen. */
  hasGroups?: boolean;
  /** And pictures that are shown earlier than they are coded. */
  hasBFrames?: boolean;
  /** Odd widths and heights do not fit its 4:2:0. */
  isEven?: boolean;
  /** Fields can be coded. */
  hasFields?: boolean;
}

const broadcast = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"];

export const pictureCodecs = {
  h264: {
    options: "-c:v libx264 -preset ultrafast",
    formats: ["yuv420p", "yuv420p", "yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le", "gray"],
    ...{ hasGroups: true, hasBFrames: true, isEven: true, hasFields: true },
  },
  hevc: {
    options: "-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=1",
    formats: ["yuv420p", "yuv420p10le", "yuv444p", "gray"],
    ...{ hasGroups: true, isEven: true },
    sizes: ["160x90", "320x180", "90x160", "240x180", "320x80"],
  },
  mpeg2: {
    options: "-c:v mpeg2video -b:v 2M",
    formats: ["yuv420p", "yuv420p", "yuv422p"],
    rates: broadcast,
    ...{ hasGroups: true, hasBFrames: true, hasFields: true },
  },
  mpeg1: { options: "-c:v mpeg1video -b:v 2M", formats: ["yuv420p"], rates: broadcast, hasGroups: true },
  mpeg4: { options: "-c:v mpeg4 -b:v 1M", formats: ["yuv420p"], hasGroups: true, hasBFrames: true },
  msmpeg4: { options: "-c:v msmpeg4 -b:v 1M", formats: ["yuv420p"], hasGroups: true },
  wmv2: { options: "-c:v wmv2 -b:v 1M", formats: ["yuv420p"], hasGroups: true },
  flv1: { options: "-c:v flv -b:v 1M", formats: ["yuv420p"], hasGroups: true },
  h263: {
    options: "-c:v h263 -b:v 500k",
    formats: ["yuv420p"],
    sizes: ["176x144", "128x96"],
    rates: ["10", "12.5", "25", "30000/1001", "30"],
  },
  vp8: {
    options: "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 500k -auto-alt-ref 0",
    formats: ["yuv420p", "yuva420p"],
    hasGroups: true,
  },
  vp9: {
    options: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 500k",
    formats: ["yuv420p", "yuva420p", "yuv444p"],
    hasGroups: true,
  },
  av1: {
    options: "-c:v libsvtav1 -preset 12",
    formats: ["yuv420p", "yuv420p10le"],
    sizes: ["160x90", "320x180"],
    ...{ isEven: true, hasGroups: true },
  },
  theora: { options: "-c:v libtheora -b:v 1M", formats: ["yuv420p", "yuv444p"], hasGroups: true },
  prores: { options: "-c:v prores_ks", formats: ["yuv422p10le", "yuva444p10le"] },
  dnxhr: {
    options: "-c:v dnxhd -profile:v dnxhr_lb",
    formats: ["yuv422p"],
    sizes: ["320x180", "256x144"],
  },
  mjpeg: { options: "-c:v mjpeg -q:v 4", formats: ["yuvj420p", "yuvj422p", "yuvj444p"] },
  ffv1: { options: "-c:v ffv1", formats: ["yuv420p", "yuv444p", "gray", "yuva420p", "bgr0"] },
  png: { options: "-c:v png", formats: ["rgb24", "rgba", "gray"] },
  qtrle: { options: "-c:v qtrle", formats: ["rgb24", "argb"] },
  huffyuv: { options: "-c:v huffyuv", formats: ["yuv422p", "rgb24"] },
  gif: { options: "-c:v gif", formats: ["rgb8"], rates: ["10", "12.5", "20", "25"] },
} as const satisfies Record<string, PictureCodec>;
export type PictureCodecName = keyof typeof pictureCodecs;

export const audioEncodings = {
  aac: "-c:a aac",
  mp2: "-c:a mp2",
  mp3: "-c:a libmp3lame",
  ac3: "-c:a ac3",
  flac: "-c:a flac",
  opus: "-c:a libopus",
  vorbis: "-c:a libvorbis",
  wma: "-c:a wmav2",
  pcm: "-c:a pcm_s16le",
  pcm24: "-c:a pcm_s24le",
} as const;
export type AudioCodecName = keyof typeof audioEncodings;

export interface Container {
  /** `-f`, and other options of the muxer. */
  options: string;
  pictures: readonly PictureCodecName[];
  audioCodecs: readonly AudioCodecName[];
  /** Only these rates of audio, where the container or its codecs are narrow. */
  audioRates?: readonly number[];
  /** Pictures may be any time apart. */
  isVariable?: boolean;
  /** It has a display matrix that can be patched. */
  isTurnable?: boolean;
  /** Streams can begin at times of their own, and the file anywhere. */
  hasOffsets?: boolean;
  /** Stops in the middle can be made by appending another file with another clock. */
  canJump?: boolean;
  extras?: readonly Extra[];
  /** It says its rate. */
  rate?: string;
}
export type Extra = "two tracks" | "subtitles" | "cover" | "data";

const mov = {
  isVariable: true,
  isTurnable: true,
  hasOffsets: true,
  extras: ["two tracks", "subtitles", "cover", "data"],
} as const;
const transport = {
  pictures: ["h264", "h264", "hevc", "mpeg2"],
  audioCodecs: ["aac", "mp2", "ac3"],
  audioRates: [44_100, 48_000],
  ...{ hasOffsets: true, canJump: true, isVariable: true },
  extras: ["two tracks"],
} as const;

/** Those that people have most come more often. */
export const containers: Record<string, Container> = {
  mp4: {
    options: "-f mp4",
    pictures: ["h264", "h264", "h264", "hevc", "mpeg4", "av1"],
    audioCodecs: ["aac", "aac", "mp3", "ac3"],
    ...mov,
  },
  "mp4 with its index in front": {
    options: "-f mp4 -movflags +faststart",
    pictures: ["h264"],
    audioCodecs: ["aac"],
    ...mov,
  },
  "fragmented mp4": {
    options: "-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof",
    pictures: ["h264", "hevc"],
    audioCodecs: ["aac"],
    isTurnable: true,
    isVariable: true,
  },
  mov: {
    options: "-f mov",
    pictures: ["h264", "prores", "mjpeg", "qtrle", "png", "dnxhr"],
    audioCodecs: ["aac", "pcm", "pcm24"],
    ...mov,
  },
  mkv: {
    options: "-f matroska",
    pictures: ["h264", "h264", "hevc", "vp9", "mpeg4", "ffv1", "theora", "mpeg2"],
    audioCodecs: ["aac", "flac", "opus", "vorbis", "pcm", "ac3", "mp3"],
    isVariable: true,
    hasOffsets: true,
    extras: ["two tracks", "subtitles"],
  },
  webm: {
    options: "-f webm",
    pictures: ["vp8", "vp9", "av1"],
    audioCodecs: ["opus", "vorbis"],
    isVariable: true,
    hasOffsets: true,
    extras: ["two tracks"],
  },
  ts: { options: "-f mpegts", ...transport },
  m2ts: { options: "-f mpegts -mpegts_m2ts_mode 1", ...transport, audioCodecs: ["ac3", "aac"] },
  avi: {
    options: "-f avi",
    pictures: ["mpeg4", "mjpeg", "h264", "huffyuv", "msmpeg4"],
    audioCodecs: ["mp3", "pcm", "ac3"],
  },
  flv: {
    options: "-f flv",
    pictures: ["h264", "flv1"],
    audioCodecs: ["aac", "mp3"],
    audioRates: [44_100],
    isVariable: true,
  },
  mpg: { options: "-f mpeg", pictures: ["mpeg1"], audioCodecs: ["mp2"], audioRates: [44_100, 48_000] },
  vob: { options: "-f vob", pictures: ["mpeg2"], audioCodecs: ["mp2", "ac3"], audioRates: [48_000] },
  "3gp": { options: "-f 3gp", pictures: ["h263", "mpeg4", "h264"], audioCodecs: ["aac"], isTurnable: true },
  ogv: { options: "-f ogg", pictures: ["theora"], audioCodecs: ["vorbis", "flac"] },
  gif: { options: "-f gif", pictures: ["gif"], audioCodecs: [] },
  asf: {
    options: "-f asf",
    pictures: ["wmv2", "msmpeg4"],
    audioCodecs: ["wma"],
    audioRates: [44_100, 48_000],
  },
  mxf: {
    options: "-f mxf",
    pictures: ["mpeg2", "dnxhr"],
    audioCodecs: ["pcm"],
    audioRates: [48_000],
    rate: "25",
  },
  "raw mjpeg": { options: "-f mjpeg", pictures: ["mjpeg"], audioCodecs: [], rate: "25" },
  "raw h264": { options: "-f h264", pictures: ["h264"], audioCodecs: [] },
};
