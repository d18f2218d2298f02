import { inputError, type RenderError, retriableError } from "../errors.ts";
import { mostStreams } from "../ffmpeg/allow-lists.ts";
import type { ToolResult } from "../ffmpeg/run-tool.ts";
import { notAVideo } from "./parse-probe.ts";

export const tooManyStreams = (what: string): RenderError =>
  inputError(
    "SOURCE_TOO_MANY_STREAMS",
    `The source has ${what}; at most ${mostStreams} are taken. Remux it with the streams that are to be seen and heard.`,
  );

/** A picture that large was not even opened: its size is missing, and only the complaint says why. */
export const isTooLargePicture = (stderr: string): boolean =>
  /exceeds specified max pixel count|Picture size .* is invalid/.test(stderr);

/** ffprobe had too little memory for a source, though less than a video may take. */
export class ProbeMemoryError extends Error {
  override readonly name = "ProbeMemoryError";
}

/** What lack of memory looks like: some of it is only complained of. A library that is refused memory may crash. */
export const isShortOfMemory = ({ signal, stderr }: Pick<ToolResult, "signal" | "stderr">): boolean =>
  signal !== null || /alloc|out of memory|get_buffer\(\) failed|Cannot add index entry/i.test(stderr);

/** What ffprobe's complaint means, most telling first. A file that no demuxer takes is simply not a video. */
export function explainProbeFailure(stderr: string, limits: { sourcePixels: number }): RenderError {
  const tail = stderr.trim();
  if (/moov atom not found/.test(stderr)) {
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
      "The source's codec is not one that is decoded here. Convert it to H.264 and upload that.",
      tail,
    );
  }
  if (/Cannot allocate memory/.test(stderr)) {
    return inputError(
      "SOURCE_TOO_COMPLEX",
      "The source's headers take more memory to read than any video should need; it may be damaged or made to do harm. Remux it and upload that.",
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
