/**
 * How much memory an ffmpeg needs that decodes one source once and encodes some rungs of it. The model is the
 * sum of what was measured (21 November 2026, 2 cores, H.264 sources of 1080p and 2160p at 30 frames per
 * second, B-frames, HLS output, `/usr/bin/time -f %M` around the command of `planRender` with `-threads D`
 * before the input and `-threads E` for each output; Debian's 5.1.9 and 7.0 of npm):
 *
 * | Source, rungs (libx264 veryfast)  | D / E  | 5.1: MiB | 7.0: MiB | this model |
 * | --------------------------------- | ------ | -------- | -------- | ---------- |
 * | 144p, 144p                        | 3 / 3  |       75 |       46 |         89 |
 * | 720p, 144p to 720p                | 3 / 3  |      359 |      358 |        381 |
 * | 1080p, 144p                       | 3 / 3  |      114 |       90 |        144 |
 * | 1080p, 1080p                      | 3 / 3  |      340 |      360 |        395 |
 * | 1080p, 1080p                      | 8 / 12 |      572 |      600 |        635 |
 * | 1080p, 144p to 1080p              | 1 / 1  |      451 |      484 |        560 |
 * | 1080p, 144p to 1080p              | 2 / 3  |      607 |      632 |        659 |
 * | 1080p, 144p to 1080p              | 8 / 12 |     1060 |     1055 |       1107 |
 * | 1080p, 144p to 1080p              | 16/24  |     1644 |     1648 |       1570 |
 * | 2160p, 144p                       | 3 / 3  |      173 |      176 |        313 |
 * | 2160p, 2160p                      | 3 / 3  |      967 |     1164 |       1329 |
 * | 2160p, 144p to 2160p              | 1 / 1  |     1279 |     1527 |       1898 |
 * | 2160p, 144p to 2160p              | 3 / 3  |     1818 |     2073 |       2311 |
 * | 2160p, 144p to 2160p              | 8 / 12 |     3120 |     3268 |       4014 |
 *
 * Rungs of other encoders, from 1080p with one decoder thread: libx265 veryfast 399 to 418 MiB for 1080p and
 * 246 to 251 for 720p with one thread, 288 for 720p with four; SVT-AV1 preset 10 388 to 414 for 1080p and 248
 * to 298 for 720p with one, 294 with four. How long the source is makes a difference only by its index. What
 * a worker's renders really needed corrects the figure (`need-correction.ts`).
 */

export interface Threads {
  decode: number;
  /** Per rung. */
  encode: number;
}

export interface NeededRung {
  width: number;
  height: number;
  /** ffmpeg's name of the encoder, or the codec's if the encoder is not known yet. */
  encoder: string;
}

/** Size and format of decoded frames. */
export interface Picture {
  width: number;
  height: number;
  /** Null: unknown. */
  pixelFormat: string | null;
}

/** Properties of a source that determine the memory for reading and decoding it. */
export interface NeededSource extends Picture {
  isToneMapped: boolean;
  streams: number;
  /** Packets of all streams in the source's index. */
  packets: number;
  /** Peak memory of ffprobe for this source, which any program that opens it also needs. 0 if unknown. */
  probedBytes: number;
}

export interface NeedInput {
  source: NeededSource;
  /** Empty: audio only. */
  rungs: readonly NeededRung[];
  threads: Threads;
  /** How often the source is opened and decoded. Default 1. */
  decoders?: number;
}

const MIB = 1024 ** 2;

/** The program with its libraries and its buffers for input, output and audio. */
export const PROGRAM_BYTES = 80 * MIB;
/** Every stream of a source is opened, used or not. */
const STREAM_BYTES = 1.6 * MIB;
/**
 * Memory per packet in the source's index, permanently and while the file is opened: a 6-hour MP4 with 1.7
 * million packets used 135 and then 57 MiB (5.1), or 98 and 16 (7.0); four times in one program, 268 and 240.
 */
const packetBytes = { kept: 32, opening: 20 };
/** Frames that a decoder holds for reference and output, and additional ones per thread. */
const decodedPictures = { always: 10, perThread: 3 };

/**
 * Bytes per pixel of a rung for queues, look-ahead and references, and per thread, each of which works on its
 * own frame.
 */
const encoderBytes: Record<string, { always: number; perThread: number }> = {
  libx264: { always: 96, perThread: 11 },
  libx265: { always: 145, perThread: 20 },
  libsvtav1: { always: 180, perThread: 45 },
  // Frames wait in main memory for a device with its own memory.
  hardware: { always: 40, perThread: 0 },
};
const ofCodec: Record<string, string> = { H264: "libx264", HEVC: "libx265", AV1: "libsvtav1" };

/** libx264 gives each thread at least two rows of macroblocks. */
const mostThreads = (height: number): number => Math.max(1, Math.floor(height / 32));

/** Memory of an ffmpeg that opens a source this many times. Pure. */
export const estimateOpen = ({ streams, packets, probedBytes }: NeededSource, inputs = 1): number => {
  const keptBytes = streams * STREAM_BYTES + packets * packetBytes.kept;
  const openBytes = PROGRAM_BYTES + keptBytes + packets * packetBytes.opening;
  return Math.max(openBytes, probedBytes) + (inputs - 1) * keptBytes;
};

/** Size of a decoded frame. Pure. */
export const pictureBytes = ({ width, height, pixelFormat }: Picture): number =>
  width * height * bytesPerPixel(pixelFormat);

/** Memory of a decoder with this many threads. Pure. */
export const estimateDecoder = (source: NeededSource, threads: number): number =>
  pictureBytes(source) * (decodedPictures.always + decodedPictures.perThread * threads);

/** Bytes. Pure. */
export function estimateNeed({ source, rungs, threads, decoders = 1 }: NeedInput): number {
  const openBytes = estimateOpen(source, decoders);
  if (rungs.length === 0) return Math.ceil(openBytes);
  const top = Math.max(...rungs.map(({ width, height }) => width * height));
  // Floating point, three planes, and a copy before and after the curve.
  const toneMapping = source.isToneMapped ? top * 3 * 4 * 4 : 0;
  const encoding = rungs.reduce((sum, rung) => sum + rung.width * rung.height * rungBytes(rung, threads), 0);
  return Math.ceil(openBytes + estimateDecoder(source, threads.decode) * decoders + toneMapping + encoding);
}

function rungBytes({ encoder, height }: NeededRung, { encode }: Threads): number {
  const name = ofCodec[encoder] ?? encoder;
  const bytes = encoderBytes[name] ?? encoderBytes["hardware"];
  if (!bytes) return 0;
  return bytes.always + bytes.perThread * Math.min(encode, mostThreads(height));
}

/** For a decoded frame: `yuv420p` 1.5, `yuv444p10le` 6. Alpha adds a plane. */
function bytesPerPixel(pixelFormat: string | null): number {
  if (pixelFormat === null) return 6;
  const planes = /444|gbr|rgb|bgr/.test(pixelFormat) ? 3 : /422|440/.test(pixelFormat) ? 2 : 1.5;
  const alpha = /^yuva|rgba|bgra|argb|abgr|gbrap/.test(pixelFormat) ? 1 : 0;
  const depth = /f32/.test(pixelFormat) ? 4 : /(9|1[0-6])(le|be)$|p010|48|64/.test(pixelFormat) ? 2 : 1;
  return (planes + alpha) * depth;
}
