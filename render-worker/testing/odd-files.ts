/** Sources as people really have them: a flash and a beep together, once a second from 0.4 s on, in every container, codec, shape and clock. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { words } from "../media/ffmpeg/words.ts";
import { makeClip } from "./kit.ts";

export interface OddFile {
  make: (path: string) => Promise<unknown>;
  /** Of the top variant. */
  size: [number, number];
  frames: number;
  /** Of the pictures. */
  durationMs: number;
  /** With beeps: their times must be those of the flashes. */
  hasSound: boolean;
  /** A flash is as much later than its beep, seconds: there is no picture at 0.4 s. */
  lag?: number;
  /** An encoder that the making needs. */
  needs?: string;
}

const flashes = (size: string, rate: string | number, seconds: number, filters = "") =>
  `-f lavfi -i color=c=0x202020:s=${size}:r=${rate}:d=${seconds},drawbox=enable='lt(mod(t+0.6,1),0.075)':c=white:t=fill${filters}`;
const beeps = (seconds: number, options = "") =>
  `-f lavfi -i aevalsrc=exprs='0.7*sin(2000*PI*t)*lt(mod(t+0.6,1),0.075)':d=${seconds}${options}`;
const subtitles = `${beeps(2)} -f srt -i data:text/plain,1%0A00:00:00,500%20--%3E%2000:00:01,500%0Ahello%0A`;
const subtitled = (codec: string) => `-map 0:v -map 1:a -map 2:s -c:s ${codec}`;
const x264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
const aac = "-c:a aac";

interface Shape {
  args: string;
  file: string;
  size?: [number, number];
  frames: number;
  seconds: number;
  isSilent?: boolean;
  needs?: string;
}

const made = ({
  args,
  file,
  size = [160, 90],
  frames,
  seconds,
  isSilent = false,
  needs,
}: Shape): OddFile => ({
  make: (path) => makeClip(path, words(`${args} -f ${file}`)),
  size,
  frames,
  durationMs: seconds * 1_000,
  hasSound: !isSilent,
  ...(needs && { needs }),
});

/** Two seconds at 25 pictures a second, 160 by 90, unless it says otherwise. */
const plain = (
  changes: Partial<Shape> & Pick<Shape, "file">,
  codecs = `${x264} ${aac}`,
  sound = beeps(2),
): OddFile =>
  made({ args: `${flashes("160x90", 25, 2)} ${sound} ${codecs}`, frames: 50, seconds: 2, ...changes });

const shaped = (size: string, top: [number, number], options: string, filters = ""): OddFile =>
  made({
    args: `${flashes(size, 25, 1, filters)} ${options}`,
    file: "matroska",
    size: top,
    frames: 25,
    seconds: 1,
    isSilent: true,
  });

const rated = (rate: string | number, seconds: number, frames: number, out = frames): OddFile => ({
  lag: lagOf(rate),
  ...made({
    args: `${flashes("160x90", rate, seconds)} ${beeps(seconds)} ${x264} ${aac} -frames:v ${frames}`,
    file: "mp4",
    frames: out,
    seconds,
  }),
});

/** From 0.4 s to the next picture. */
function lagOf(rate: string | number): number {
  const [num = 0, den = 1] = String(rate).split("/").map(Number);
  return (Math.ceil((0.4 * num) / den - 1e-9) * den) / num - 0.4;
}

/** The matrix of a track's header (ISO 14496-12, 8.3.2), as phones write it: what newer releases of ffmpeg call `-display_rotation`. */
const turned = (matrix: [number, number, number, number], size: [number, number]): OddFile => ({
  ...plain({ file: "mp4", size }),
  make: async (path) => {
    await plain({ file: "mp4" }).make(`${path}.flat`);
    const bytes = await readFile(`${path}.flat`);
    const video = bytes.indexOf("tkhd", 0, "latin1") + 4;
    for (const [index, place] of [0, 4, 12, 16].entries()) {
      bytes.writeInt32BE((matrix[index] ?? 0) * 65_536, video + 40 + place);
    }
    await writeFile(path, bytes);
  },
});

const cut = (picture: string): OddFile => ({
  ...plain({ file: "mp4", frames: 40, seconds: 1.6 }),
  make: async (path) => {
    await plain({ file: "mp4" }, `${picture} ${aac}`).make(`${path}.whole`);
    await rename(`${path}.whole`, `${path}.mp4`);
    await makeClip(path, words(`-ss 0.4 -i ${path}.mp4 -c copy -f mp4`));
  },
});

export const oddFiles: Record<string, OddFile> = {
  "an odd size": shaped("213x119", [212, 118], "-c:v ffv1 -pix_fmt yuv444p"),
  "seventeen by seventeen": shaped("17x17", [16, 16], "-c:v ffv1 -pix_fmt yuv444p"),
  "wide pixels": shaped("180x144", [256, 144], x264, ",setsar=64/45"),
  "narrow pixels": shaped("160x90", [80, 90], x264, ",setsar=1/2"),
  "a column": shaped("32x180", [32, 180], x264),
  "4:4:4": shaped("160x90", [160, 90], "-c:v libx264 -preset ultrafast -pix_fmt yuv444p"),
  "4:2:2 in 10 bits": shaped("160x90", [160, 90], "-c:v libx264 -preset ultrafast -pix_fmt yuv422p10le"),
  "full range": shaped("160x90", [160, 90], `${x264} -color_range pc`, ",scale=out_range=pc"),
  "top field first": shaped("160x96", [160, 96], `${x264} -flags +ilme+ildct -x264-params tff=1`),
  "bottom field first": shaped("160x96", [160, 96], `${x264} -flags +ilme+ildct -x264-params bff=1`),
  HDR10: {
    ...shaped(
      "160x90",
      [160, 90],
      "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
    ),
    needs: "libx265",
  },
  HLG: {
    ...shaped(
      "160x90",
      [160, 90],
      "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc",
    ),
    needs: "libx265",
  },
  "one picture": made({
    args: `${flashes("160x90", 25, 1)} ${x264} -frames:v 1`,
    file: "mp4",
    frames: 1,
    seconds: 0.04,
    isSilent: true,
  }),
  "five pictures a second": rated(5, 3, 15),
  "one picture a second": made({
    args: `${flashes("160x90", 1, 3)} ${x264}`,
    file: "mp4",
    frames: 3,
    seconds: 3,
    isSilent: true,
  }),
  "film in NTSC": rated("24000/1001", 2.002, 48),
  NTSC: rated("30000/1001", 2.002, 60),
  "PAL at 50": rated(50, 2, 100),
  "120 a second": rated(120, 2, 240, 120),
  "240 a second": rated(240, 2, 480, 120),
  "uneven times": made({
    args: `${flashes("160x90", 30, 2, ",select='mod(n,9)+lt(n,20)'")} ${beeps(2)} -fps_mode vfr ${x264} ${aac}`,
    file: "mp4",
    frames: 56,
    seconds: 2,
  }),
  "turned to the right": turned([0, 1, -1, 0], [90, 160]),
  "turned upside down": turned([-1, 0, 0, -1], [160, 90]),
  "turned to the left": turned([0, -1, 1, 0], [90, 160]),
  mirrored: turned([-1, 0, 0, 1], [160, 90]),
  "turned and mirrored": turned([0, 1, 1, 0], [90, 160]),
  "one channel": plain({ file: "mp4" }, undefined, beeps(2, ":c=mono")),
  "5.1": plain({ file: "mp4" }, `${x264} ${aac} -ac 6`),
  "7.1 in FLAC": plain({ file: "matroska" }, `${x264} -c:a flac -ac 8`),
  "a sound of 22,050 samples a second": plain({ file: "mp4" }, `${x264} ${aac} -ar 22050`),
  "a sound that begins late": made({
    args: `${flashes("160x90", 25, 3)} -itsoffset 1 ${beeps(2)} ${x264} ${aac}`,
    file: "mp4",
    frames: 75,
    seconds: 3,
  }),
  "a picture that begins late": made({
    args: `-itsoffset 1 ${flashes("160x90", 25, 2)} ${beeps(3)} ${x264} -c:a pcm_s16le`,
    file: "matroska",
    frames: 50,
    seconds: 3,
  }),
  "pyramids of B-frames": plain(
    { file: "mp4" },
    `-c:v libx264 -preset veryfast -pix_fmt yuv420p -bf 5 -refs 5 -x264-params b-pyramid=normal:b-adapt=0 ${aac}`,
  ),
  "open groups of pictures": plain(
    { file: "mpegts" },
    `-c:v libx264 -preset veryfast -pix_fmt yuv420p -bf 3 -g 10 -x264-params open-gop=1 ${aac}`,
  ),
  "MPEG-2 in a program stream": plain({ file: "vob" }, "-c:v mpeg2video -b:v 1M -bf 2 -c:a mp2 -ar 48000"),
  "MPEG-2 and AC-3 in a transport stream": plain(
    { file: "mpegts" },
    "-c:v mpeg2video -b:v 1M -bf 2 -c:a ac3",
  ),
  "a transport stream whose clock is far on": plain(
    { file: "mpegts" },
    `${x264} -bf 2 ${aac} -output_ts_offset 26000`,
  ),
  "AVI with MPEG-4 and MP3": plain({ file: "avi" }, "-c:v mpeg4 -c:a libmp3lame"),
  "AVI with MJPEG and PCM": plain({ file: "avi" }, "-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le"),
  Flash: plain({ file: "flv" }, "-c:v flv -c:a libmp3lame -ar 44100"),
  "Windows Media": plain({ file: "asf" }, "-c:v wmv2 -c:a wmav2"),
  "WebM with VP8, alpha and Vorbis": plain(
    { file: "webm" },
    "-c:v libvpx -pix_fmt yuva420p -deadline realtime -auto-alt-ref 0 -c:a libvorbis",
  ),
  "WebM with VP9, alpha and Opus": plain(
    { file: "webm" },
    "-c:v libvpx-vp9 -pix_fmt yuva420p -deadline realtime -cpu-used 8 -c:a libopus",
  ),
  AV1: { ...plain({ file: "mp4" }, `-c:v libsvtav1 -preset 12 ${aac}`), needs: "libsvtav1" },
  "ProRes and PCM": plain({ file: "mov" }, "-c:v prores_ks -profile:v 0 -c:a pcm_s24le"),
  "DNxHR in MXF": made({
    args: `${flashes("320x180", 25, 2)} ${beeps(2)} -c:v dnxhd -profile:v dnxhr_lb -pix_fmt yuv422p -c:a pcm_s16le -ar 48000`,
    file: "mxf",
    size: [320, 180],
    frames: 50,
    seconds: 2,
  }),
  "a telephone's 3GP": made({
    args: `${flashes("176x144", 25, 2)} ${beeps(2)} -c:v h263 ${aac}`,
    file: "3gp",
    size: [176, 144],
    frames: 50,
    seconds: 2,
  }),
  // The first picture stands a little longer, so that the rate varies.
  fragments: plain({ file: "mp4" }, `${x264} -g 10 ${aac} -movflags frag_keyframe+empty_moov`),
  "subtitles in Matroska": plain({ file: "matroska" }, `${x264} ${aac} ${subtitled("srt")}`, subtitles),
  "subtitles in MP4": plain({ file: "mp4" }, `${x264} ${aac} ${subtitled("mov_text")}`, subtitles),
  "an index in front": plain({ file: "mp4" }, `${x264} ${aac} -movflags +faststart`),
  "Matroska that begins at five seconds": plain({ file: "matroska" }, `${x264} ${aac} -output_ts_offset 5`),
  "a beginning that was cut off by an edit list": cut(`${x264} -g 25 -bf 2`),
};
