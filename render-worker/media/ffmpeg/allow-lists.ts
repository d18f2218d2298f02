import { LIVE_INPUT } from "./render-plan.ts";
import { type DecoderSet, sourceFormats } from "./source-formats.ts";
import { words } from "./words.ts";

/** Options for reading from the worker's own source server; all others are disabled. */
const loopbackOptions = [
  ...words("-protocol_whitelist http,tcp"),
  // Never use a proxy from the environment for a local address.
  ...words("-http_proxy none"),
  // Reconnect at the same byte; otherwise ffmpeg treats a broken connection as the end of the file.
  ...words("-reconnect 1 -reconnect_on_network_error 1"),
  // When ffmpeg seeks, buffered bytes of the socket are wasted.
  ...words("-recv_buffer_size 262144"),
];

/**
 * Options for frames that the worker itself writes into the pipe. Nothing is read ahead to guess what the
 * header states.
 */
const liveOptions = [
  ...words("-protocol_whitelist pipe -f matroska -format_whitelist matroska,webm"),
  ...words("-codec_whitelist vmnc,qtrle,pcm_s16le -probesize 32 -analyzeduration 0"),
];

/**
 * More than any real file has, a whole satellite transponder included. Each stream costs ffmpeg 1.6 MB and 10
 * ms even if unused (900 H.264 tracks in an MP4: 1.4 GB and 9 s in ffprobe alone).
 */
export const MOST_STREAMS = 200;

/** Limits for any program that reads a source. */
export interface DecodeLimits {
  /** Maximum frame size in pixels. */
  sourcePixels: number;
  /** Allowed containers and codecs. Default `COMMON`. */
  decoders?: DecoderSet;
}

/**
 * Input options for ffmpeg and ffprobe. `input` is a file, or an address of the worker's source server.
 *
 * A file can claim to be anything: a playlist named .mp4 would make ffmpeg open other files or addresses, so
 * formats that refer to other resources (hls, dash, concat, image sequences, lavfi) are never allowed.
 * `-max_pixels` stops a decoder before it allocates a huge frame.
 */
export function safeInputOptions(
  { sourcePixels, decoders = "COMMON" }: DecodeLimits,
  input: string,
): string[] {
  if (input === LIVE_INPUT) return [...liveOptions, ...words(`-max_pixels ${sourcePixels}`)];
  const allowed = sourceFormats[decoders];
  return [
    ...(input.startsWith("http://127.0.0.1:") ? loopbackOptions : words("-protocol_whitelist file,pipe")),
    ...words(`-format_whitelist ${allowed.formats.join(",")}`),
    ...words(`-codec_whitelist ${allowed.decoders.join(",")}`),
    ...words(`-max_pixels ${sourcePixels} -max_streams ${MOST_STREAMS}`),
  ];
}
