import { inputError, type RenderError, retriableError } from "../../errors.ts";
import type { ProgramResult } from "../../programs/index.ts";
import { type DecodeLimits, MOST_STREAMS, sourceFormats } from "../ffmpeg/index.ts";
import { notAVideo } from "./parse-probe.ts";

export const tooManyStreams = (what: string): RenderError =>
  inputError(
    "SOURCE_TOO_MANY_STREAMS",
    `The source has ${what}; the limit is ${MOST_STREAMS}. Remux it with only the streams that you need.`,
  );

/** ffprobe does not open frames of that size: their size is missing, and only its log shows the reason. */
export const isTooLargePicture = (stderr: string): boolean =>
  /exceeds specified max pixel count|Picture size \d+x\d+ is invalid/.test(stderr);

/** ffprobe ran out of memory below the limit for any video, so it may be repeated with more. */
export class ProbeMemoryError extends Error {
  override readonly name = "ProbeMemoryError";
}

/** Signs of lack of memory. Some are only logged; a library that cannot allocate may crash. */
export const isShortOfMemory = ({ signal, stderr }: Pick<ProgramResult, "signal" | "stderr">): boolean =>
  signal !== null || /alloc|out of memory|get_buffer\(\) failed|Cannot add index entry/i.test(stderr);

/** Advice for a source that only the wider set supports. */
const WIDER_SET = "An operator can allow rare formats with SOURCE_DECODERS=all.";

/**
 * Explains ffprobe's log, most specific cause first. A file without a matching demuxer is not a video.
 * `isMovie`: whether its first bytes are those of an MP4 or MOV; ffprobe goes by the file's name.
 */
export function explainProbeFailure(stderr: string, limits: DecodeLimits, isMovie = true): RenderError {
  const tail = stderr.trim();
  if (/moov atom not found/.test(stderr)) {
    if (!isMovie) {
      return inputError(
        "SOURCE_NOT_A_VIDEO",
        notAVideo("its name says MP4 or MOV, but its content is something else"),
        tail,
      );
    }
    return inputError(
      "SOURCE_TRUNCATED",
      "The source is an MP4 or MOV file without its index (moov), which is written last: the file was cut off. Upload the whole file.",
      tail,
    );
  }
  if (/exceeds max_streams parameter/.test(stderr))
    return tooManyStreams(`more than ${MOST_STREAMS} streams`);
  if (isTooLargePicture(stderr)) {
    return inputError(
      "SOURCE_TOO_MANY_PIXELS",
      `The source's frames exceed the limit of ${limits.sourcePixels} pixels. Scale it down, or raise MAX_SOURCE_PIXELS.`,
      tail,
    );
  }
  if (/not on whitelist/i.test(stderr) && /Codec/.test(stderr)) {
    return inputError(
      "SOURCE_CODEC_UNSUPPORTED",
      `The source's codec${named(/Codec \((\w+)\) not on whitelist/i.exec(stderr)?.[1])} is not accepted. Convert the file to H.264 and AAC and upload that. ${WIDER_SET}`,
      tail,
    );
  }
  if (/Cannot allocate memory/.test(stderr)) {
    return inputError(
      "MEMORY_LIMIT",
      "The source's headers need more memory than any regular video. The file may be damaged or malicious. Remux it and upload the result.",
      tail,
    );
  }
  if (/Permission denied|No such file|Input\/output error/.test(stderr)) {
    return retriableError(
      "WORKER",
      "SOURCE_UNREADABLE",
      "The worker could not read the source. Try again.",
      tail,
    );
  }
  if (/not on whitelist/i.test(stderr)) {
    const format = rareFormat(stderr);
    if (format !== undefined) {
      return inputError(
        "SOURCE_CONTAINER_UNSUPPORTED",
        `The source's container${named(format)} is not accepted. Remux or convert the file to MP4 and upload that. ${WIDER_SET}`,
        tail,
      );
    }
    return inputError(
      "SOURCE_NOT_A_VIDEO",
      notAVideo(
        "it looks like a playlist, an image or text, which may refer to other files and is not opened",
      ),
      tail,
    );
  }
  return inputError("SOURCE_NOT_A_VIDEO", notAVideo("its container was not recognized"), tail);
}

const named = (name: string | undefined): string => (name === undefined ? "" : ` (${name})`);

/**
 * The demuxer that ffprobe chose and could not use, if the wider set has it:
 * `[nut @ 0x55…] Format not on whitelist '…'`.
 */
function rareFormat(stderr: string): string | undefined {
  const name = /\[([\w,]+) @ [^[\]]*\] Format not on whitelist/i.exec(stderr)?.[1];
  return name !== undefined && sourceFormats.ALL.formats.some((format) => format === name) ? name : undefined;
}
