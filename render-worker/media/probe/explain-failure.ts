import { inputError, type RenderError, retriableError } from "../../errors.ts";
import type { ProgramResult } from "../../programs/index.ts";
import { type DecodeLimits, mostStreams, sourceFormats } from "../ffmpeg/index.ts";
import { notAVideo } from "./parse-probe.ts";

export const tooManyStreams = (what: string): RenderError =>
  inputError(
    "SOURCE_TOO_MANY_STREAMS",
    `The source has ${what}; at most ${mostStreams} are taken. Remux it with the streams that are to be seen and heard.`,
  );

/** A picture that large was not even opened: its size is missing, and only the complaint says why. */
export const isTooLargePicture = (stderr: string): boolean =>
  /exceeds specified max pixel count|Picture size \d+x\d+ is invalid/.test(stderr);

/** ffprobe had too little memory for a source, though less than a video may take. */
export class ProbeMemoryError extends Error {
  override readonly name = "ProbeMemoryError";
}

/** What lack of memory looks like: some of it is only complained of. A library that is refused memory may crash. */
export const isShortOfMemory = ({ signal, stderr }: Pick<ProgramResult, "signal" | "stderr">): boolean =>
  signal !== null || /alloc|out of memory|get_buffer\(\) failed|Cannot add index entry/i.test(stderr);

/** Remedy for a source that only the wider set opens. */
const widerSet = "An operator can allow rare formats with SOURCE_DECODERS=all.";

/**
 * What ffprobe's complaint means, most telling first. A file that no demuxer takes is simply not a video. `isMovie`: whether its first bytes are those
 * of an MP4 or MOV; ffprobe takes the file's name for that.
 */
export function explainProbeFailure(stderr: string, limits: DecodeLimits, isMovie = true): RenderError {
  const tail = stderr.trim();
  if (/moov atom not found/.test(stderr)) {
    if (!isMovie) {
      return inputError(
        "SOURCE_NOT_A_VIDEO",
        notAVideo("its name says MP4 or MOV, and its first bytes say otherwise"),
        tail,
      );
    }
    return inputError(
      "SOURCE_TRUNCATED",
      "The source is an MP4 or MOV file without its index (moov), which is written last: the file was cut off before its end. Upload the whole file.",
      tail,
    );
  }
  if (/exceeds max_streams parameter/.test(stderr)) return tooManyStreams(`more than ${mostStreams} streams`);
  if (isTooLargePicture(stderr)) {
    return inputError(
      "SOURCE_TOO_MANY_PIXELS",
      `The source's picture is larger than the ${limits.sourcePixels} pixels that are taken. Scale it down, or raise MAX_SOURCE_PIXELS.`,
      tail,
    );
  }
  if (/not on whitelist/i.test(stderr) && /Codec/.test(stderr)) {
    return inputError(
      "SOURCE_CODEC_UNSUPPORTED",
      `The source's codec${named(/Codec \((\w+)\) not on whitelist/i.exec(stderr)?.[1])} is not accepted. Convert the file to H.264 and AAC and upload that. ${widerSet}`,
      tail,
    );
  }
  if (/Cannot allocate memory/.test(stderr)) {
    return inputError(
      "MEMORY_LIMIT",
      "The source's headers need more memory than the worker gives any video. The file may be damaged or made to do harm: remux it and upload the result.",
      tail,
    );
  }
  if (/Permission denied|No such file|Input\/output error/.test(stderr)) {
    return retriableError(
      "WORKER",
      "SOURCE_UNREADABLE",
      "The worker could not read the source; try again.",
      tail,
    );
  }
  if (/not on whitelist/i.test(stderr)) {
    const format = rareFormat(stderr);
    if (format !== undefined) {
      return inputError(
        "SOURCE_CONTAINER_UNSUPPORTED",
        `The source's container${named(format)} is not accepted. Remux or convert the file to MP4 and upload that. ${widerSet}`,
        tail,
      );
    }
    return inputError(
      "SOURCE_NOT_A_VIDEO",
      notAVideo(
        "it looks like a playlist, a picture or text, which may refer to other files and is not opened",
      ),
      tail,
    );
  }
  return inputError("SOURCE_NOT_A_VIDEO", notAVideo("no known container was recognised in it"), tail);
}

const named = (name: string | undefined): string => (name === undefined ? "" : ` (${name})`);

/** The demuxer that ffprobe chose and was not allowed, if it is one of the wider set: `[nut @ 0x55…] Format not on whitelist '…'`. */
function rareFormat(stderr: string): string | undefined {
  const name = /\[([\w,]+) @ [^[\]]*\] Format not on whitelist/i.exec(stderr)?.[1];
  return name !== undefined && sourceFormats.ALL.formats.some((format) => format === name) ? name : undefined;
}
