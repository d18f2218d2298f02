import { type DecoderSet, sourceFormats } from "./source-formats.ts";
import { words } from "./words.ts";

/** Reading from the worker's own source server needs these options, and none that would lead elsewhere. */
const loopbackOptions = [
  ...words("-protocol_whitelist http,tcp"),
  // Not even a proxy that the environment names is asked for what lies on this machine.
  ...words("-http_proxy none"),
  // A connection that breaks is opened again at the same byte; by itself ffmpeg would take it for the end of the file.
  ...words("-reconnect 1 -reconnect_on_network_error 1"),
  // What lies in the socket when ffmpeg jumps elsewhere was read in vain.
  ...words("-recv_buffer_size 262144"),
];

/**
 * Nobody watches so many at once, and a whole satellite transponder has fewer. Each costs ffmpeg 1.6 MB and 10 ms, whether it is used or not
 * (900 H.264 tracks in an MP4: 1.4 GB and 9 s in ffprobe alone).
 */
export const mostStreams = 200;

/** What bounds the reading of a source, whichever program reads it. */
export interface DecodeLimits {
  /** Largest picture, in pixels. */
  sourcePixels: number;
  /** Containers and codecs that may be opened. Default `COMMON`. */
  decoders?: DecoderSet;
}

/**
 * Input options, for ffmpeg and ffprobe alike: `input` is a file, or an address of the worker's source server.
 *
 * A file can claim to be anything: a playlist dressed as .mp4 would make ffmpeg open other files or addresses, so formats that refer to other
 * resources (hls, dash, concat, image sequences, lavfi) are in no list. `-max_pixels` stops a decoder before it allocates a picture that large.
 */
export function safeInputOptions(
  { sourcePixels, decoders = "COMMON" }: DecodeLimits,
  input: string,
): string[] {
  const allowed = sourceFormats[decoders];
  return [
    ...(input.startsWith("http://127.0.0.1:") ? loopbackOptions : words("-protocol_whitelist file,pipe")),
    ...words(`-format_whitelist ${allowed.formats.join(",")}`),
    ...words(`-codec_whitelist ${allowed.decoders.join(",")}`),
    ...words(`-max_pixels ${sourcePixels} -max_streams ${mostStreams}`),
  ];
}
