/**
 * Containers, codecs, shapes and clocks as people have them: a flash once a second from 0.4 s on, and a beep
 * with it.
 */
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import type { Turn } from "../../render-worker/testing/mp4-bytes.ts";
import { type OddCase, parseRate, parseSize } from "./odd-case.ts";

/** Two seconds at 25 pictures a second, 160 by 90, unless it says otherwise. */
interface Row {
  /** Of ffmpeg, behind the inputs: codecs and the container. */
  make: string;
  /** Filters behind the flash. */
  filters?: string;
  size?: string;
  /** Of the largest variant, where it is another. */
  top?: string;
  rate?: string;
  seconds?: number;
  /** Null: as many as the file has. */
  frames?: number | null;
  /** Seconds of audio, or none. */
  audio?: number | null;
  audioOptions?: string;
  /** A tone, where the codec is for speech. */
  isTone?: boolean;
  /** Before the input of the picture or of the audio. */
  pictureLate?: number;
  audioLate?: number;
  /** Of the stream, where its audio lasts longer. */
  lasts?: number;
  extraInput?: string;
  turn?: Turn;
  cutAt?: number;
  isClocked?: boolean;
  isLong?: boolean;
  standsToMs?: number;
}

const x264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
const aac = "-c:a aac";
const mp4 = `${x264} ${aac} -f mp4`;
const hdr = (transfer: string) =>
  `-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=none:colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc -f matroska`;
const subtitles = "-f srt -i data:text/plain,1%0A00:00:00,500%20--%3E%2000:00:01,500%0Ahello%0A";
const subtitled = (codec: string) => `-map 0:v -map 1:a -map 2:s -c:s ${codec}`;

/** A second without audio. */
const shaped = (size: string, make: string, changes: Partial<Row> = {}): Row => ({
  ...{ size, make: `${make} -f matroska`, seconds: 1, audio: null },
  ...changes,
});

const rated = (rate: string, seconds: number, changes: Partial<Row> = {}): Row => ({
  ...{ make: mp4, rate, seconds, isClocked: true },
  ...changes,
});

/** Seven seconds whose clocks have led encoders astray. AC-3 is encoded: AAC would be copied. */
const long = (rate: string, make: string, changes: Partial<Row> = {}): Row => ({
  ...{ size: "256x144", make, rate, seconds: 7, audio: null, isClocked: true, isLong: true },
  ...changes,
});

const rows: Record<string, Row> = {
  "an odd size": shaped("213x119", "-c:v ffv1 -pix_fmt yuv444p", { top: "212x118" }),
  "seventeen by seventeen": shaped("17x17", "-c:v ffv1 -pix_fmt yuv444p", { top: "16x16" }),
  "wide pixels": shaped("180x144", x264, { top: "256x144", filters: ",setsar=64/45" }),
  "narrow pixels": shaped("160x90", x264, { top: "80x90", filters: ",setsar=1/2" }),
  "a column": shaped("32x180", x264),
  "4:4:4": shaped("160x90", "-c:v libx264 -preset ultrafast -pix_fmt yuv444p"),
  "4:2:2 in 10 bits": shaped("160x90", "-c:v libx264 -preset ultrafast -pix_fmt yuv422p10le"),
  "full range": shaped("160x90", `${x264} -color_range pc`, { filters: ",scale=out_range=pc" }),
  "top field first": shaped("160x96", `${x264} -flags +ilme+ildct -x264-params tff=1`),
  "bottom field first": shaped("160x96", `${x264} -flags +ilme+ildct -x264-params bff=1`),
  HDR10: { make: hdr("smpte2084"), seconds: 1, audio: null },
  HLG: { make: hdr("arib-std-b67"), seconds: 1, audio: null },
  "one picture": { make: `${x264} -frames:v 1 -f mp4`, seconds: 0.04, audio: null },
  "five pictures a second": rated("5", 3),
  "one picture a second": rated("1", 3, { make: `${x264} -f mp4`, audio: null }),
  "film in NTSC": rated("24000/1001", 2.002),
  NTSC: rated("30000/1001", 2.002),
  "PAL at 50": rated("50", 2),
  "120 a second": rated("120", 2),
  "240 a second": rated("240", 2),
  "uneven times": rated("30", 2, {
    make: `-fps_mode vfr ${mp4}`,
    filters: ",select='mod(n,9)+lt(n,20)'",
    frames: 56,
  }),
  "turned to the right": { make: mp4, turn: "right", top: "90x160" },
  "turned upside down": { make: mp4, turn: "upside down" },
  "turned to the left": { make: mp4, turn: "left", top: "90x160" },
  mirrored: { make: mp4, turn: "mirrored" },
  "turned and mirrored": { make: mp4, turn: "right and mirrored", top: "90x160" },
  "one channel": { make: mp4, audioOptions: ":c=mono" },
  "5.1": { make: `${x264} ${aac} -ac 6 -f mp4` },
  "7.1 in FLAC": { make: `${x264} -c:a flac -ac 8 -f matroska` },
  "an audio track of 22,050 samples a second": { make: `${x264} ${aac} -ar 22050 -f mp4`, isClocked: true },
  "an audio track that begins late": { make: mp4, seconds: 3, audio: 2, audioLate: 1, isClocked: true },
  "a picture that begins late": {
    make: `${x264} -c:a pcm_s16le -f matroska`,
    ...{ audio: 3, pictureLate: 1, lasts: 3, isClocked: true },
  },
  "pyramids of B-frames": {
    make: `-c:v libx264 -preset veryfast -pix_fmt yuv420p -bf 5 -refs 5 -x264-params b-pyramid=normal:b-adapt=0 ${aac} -f mp4`,
    isClocked: true,
  },
  "open groups of pictures": {
    make: `-c:v libx264 -preset veryfast -pix_fmt yuv420p -bf 3 -g 10 -x264-params open-gop=1 ${aac} -f mpegts`,
    isClocked: true,
  },
  "interlaced MPEG-2 with wide pixels in a program stream": {
    ...{ size: "180x144", top: "256x144", filters: ",setsar=64/45", isClocked: true },
    make: "-c:v mpeg2video -flags +ilme+ildct -b:v 1M -bf 2 -c:a mp2 -ar 48000 -f vob",
  },
  "MPEG-2 and AC-3 in a transport stream": {
    make: "-c:v mpeg2video -b:v 1M -bf 2 -c:a ac3 -f mpegts",
    isClocked: true,
  },
  "a transport stream whose clock is far on": {
    make: `${x264} -bf 2 ${aac} -output_ts_offset 26000 -f mpegts`,
    isClocked: true,
  },
  "a raw H.264 stream without any clock": { make: `${x264} -f h264`, audio: null, isClocked: true },
  "a small GIF": { make: "-f gif", size: "100x80", rate: "10", audio: null, isClocked: true },
  "AVI with MPEG-4 and MP3": { make: "-c:v mpeg4 -c:a libmp3lame -f avi", isClocked: true },
  "AVI with MJPEG and PCM": { make: "-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le -f avi" },
  "AVI in ZLIB": { make: "-c:v zlib -c:a pcm_s16le -f avi", seconds: 1 },
  AMV: {
    ...{ size: "160x128", seconds: 1 },
    make: "-c:v amv -c:a adpcm_ima_amv -ar 22050 -ac 1 -block_size 882 -f amv",
  },
  Dirac: { make: "-c:v vc2 -pix_fmt yuv422p -c:a flac -f matroska", size: "160x128", seconds: 1 },
  "RealAudio 1.0": {
    ...{ size: "176x144", seconds: 1, isTone: true },
    make: "-c:v rv10 -c:a real_144 -ar 8000 -ac 1 -f rm",
  },
  "PCM with its channels one after the other": {
    make: "-c:v ffv1 -c:a pcm_s24le_planar -f nut",
    seconds: 1,
  },
  Flash: { make: "-c:v flv -c:a libmp3lame -ar 44100 -f flv", isClocked: true },
  "Windows Media": { make: "-c:v wmv2 -c:a wmav2 -f asf", isClocked: true },
  "WebM with VP8, alpha and Vorbis": {
    make: "-c:v libvpx -pix_fmt yuva420p -deadline realtime -auto-alt-ref 0 -c:a libvorbis -f webm",
  },
  "WebM with VP9, alpha and Opus": {
    make: "-c:v libvpx-vp9 -pix_fmt yuva420p -deadline realtime -cpu-used 8 -c:a libopus -f webm",
  },
  AV1: { make: `-c:v libsvtav1 -preset 12 ${aac} -f mp4` },
  "ProRes and PCM": { make: "-c:v prores_ks -profile:v 0 -c:a pcm_s24le -f mov" },
  "DNxHR in MXF": {
    make: "-c:v dnxhd -profile:v dnxhr_lb -pix_fmt yuv422p -c:a pcm_s16le -ar 48000 -f mxf",
    size: "320x180",
  },
  "a telephone's 3GP": { make: `-c:v h263 ${aac} -f 3gp`, size: "176x144" },
  // The first picture stands a little longer, so that the rate varies.
  fragments: {
    make: `${x264} -g 10 ${aac} -movflags frag_keyframe+empty_moov -f mp4`,
    isClocked: true,
  },
  "subtitles in Matroska": {
    make: `${x264} ${aac} ${subtitled("srt")} -f matroska`,
    extraInput: subtitles,
  },
  "subtitles in MP4": { make: `${x264} ${aac} ${subtitled("mov_text")} -f mp4`, extraInput: subtitles },
  "an index in front": { make: `${x264} ${aac} -movflags +faststart -f mp4` },
  "Matroska that begins at five seconds": {
    make: `${x264} ${aac} -output_ts_offset 5 -f matroska`,
    isClocked: true,
  },
  "a beginning that was cut off by an edit list": {
    make: `${x264} -g 25 -bf 2 ${aac} -f mp4`,
    ...{ cutAt: 0.4, frames: 40, lasts: 1.6, isClocked: true },
  },

  "23.976 frames per second": long("24000/1001", `${x264} -f mp4`),
  "29.97 frames per second, in a container that rounds to milliseconds": long(
    "30000/1001",
    `${x264} -g 100 -c:a ac3 -f matroska`,
    { audio: 7, audioOptions: ":s=44100" },
  ),
  "50 frames per second, in a stream that begins at 4001 s with late pictures": long(
    "50",
    `${x264} -g 60 -c:a ac3 -output_ts_offset 4001 -f mpegts`,
    { pictureLate: 0.35, seconds: 6.65, audio: 7, lasts: 7 },
  ),
  "60 frames per second, with open groups and an edit list": long(
    "60",
    "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 100 -x264-params open-gop=1 -f mp4",
  ),
  "120 frames per second, of which 60 are left": long("120", `${x264} -f mp4`),
  "interlaced pictures": long(
    "50",
    "-c:v libx264 -preset veryfast -pix_fmt yuv420p -flags +ilme+ildct -g 40 -f mpegts",
    { filters: ",interlace", frames: 175 },
  ),
  "pictures at all sorts of distances": long(
    "60",
    `-fps_mode vfr -video_track_timescale 60000 ${x264} -f mp4`,
    { filters: ",select='not(mod(n*n+floor(n/7),5))+lt(mod(n,140),60)*mod(n,3)'", frames: null },
  ),
  "pictures that stand for seconds": long("30", `-fps_mode vfr ${x264} -f mp4`, {
    filters: ",select='eq(n,0)+between(n,10,40)+eq(n,59)+eq(n,100)+eq(n,128)+eq(n,130)+gt(n,200)'",
    frames: null,
  }),
  "pictures that stand for longer than a part, in a recording with audio": long(
    "30",
    `-fps_mode vfr ${x264} -c:a ac3 -f mp4`,
    { filters: ",select='lt(t,1.5)+gt(t,6.4)'", frames: null, audio: 7, standsToMs: 7_000 },
  ),
  "a last picture that stands for longer than a part": long(
    "30",
    // 5.2 s on the encoder's clock or the container's, depending on the release.
    `-fps_mode vfr -enc_time_base 1/15360 ${x264} -bf 0 -bsf:v setts=duration='if(eq(NEXT_DTS,NOPTS),79872,DURATION)' -f mp4`,
    {
      filters: ",select='lt(t,0.5)+between(t,1,1.3)+between(t,1.6,1.8)'",
      ...{ frames: null, standsToMs: 7_000 },
    },
  ),
  "a picture every three seconds": long("1/3", `${x264} -f mp4`, {
    ...{ seconds: 9, standsToMs: 9_000 },
  }),
};

export const namedCases: readonly OddCase[] = Object.entries(rows).map(([name, row]) => toCase(name, row));

function toCase(name: string, row: Row): OddCase {
  const { size = "160x90", top = size, rate = "25", seconds = 2, frames, filters = "" } = row;
  const { audio = seconds, audioOptions = "", lasts = seconds, standsToMs, turn, cutAt } = row;
  const late = (by: number | undefined) => (by === undefined ? [] : ["-itsoffset", String(by)]);
  const flash = "drawbox=enable='lt(mod(t+0.6,1),0.075)':c=white:t=fill";
  const picture = `color=c=0x202020:s=${size}:r=${rate}:d=${seconds},${flash}${filters}`;
  const tone = row.isTone ? "0.7*sin(880*PI*t)" : "0.7*sin(2000*PI*t)*lt(mod(t+0.6,1),0.075)";
  const beep = `aevalsrc=exprs='${tone}':d=${audio}${audioOptions}`;
  return {
    name,
    args: [
      ...[...late(row.pictureLate), "-f", "lavfi", "-i", picture],
      ...(audio === null ? [] : [...late(row.audioLate), "-f", "lavfi", "-i", beep]),
      ...(row.extraInput === undefined ? [] : words(row.extraInput)),
      ...words(row.make),
    ],
    size: parseSize(size),
    rate: parseRate(rate),
    frames: frames === undefined ? Math.ceil(Number((seconds * parseRate(rate)).toFixed(6))) : frames,
    ...(turn && { turn }),
    ...(cutAt !== undefined && { cutAt }),
    isClocked: row.isClocked ?? false,
    isLong: row.isLong ?? false,
    expected: {
      size: parseSize(top),
      durationMs: lasts * 1_000,
      hasAudio: audio !== null,
      ...(row.isLong && { isSameInParts: true }),
      ...(standsToMs !== undefined && { standsToMs }),
    },
  };
}
