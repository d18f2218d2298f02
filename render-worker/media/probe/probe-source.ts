import { walkTopBoxes } from "@reelay/media-container";
import { inputError, retriableError } from "../../errors.ts";
import { explainLimit, type Program } from "../../programs/index.ts";
import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import { probeNeed } from "../needs/index.ts";
import type { OpenSource, SourceReader } from "../source/index.ts";
import { assertWhole } from "./assert-whole.ts";
import {
  explainProbeFailure,
  isShortOfMemory,
  isTooLargePicture,
  ProbeMemoryError,
  tooManyStreams,
} from "./explain-failure.ts";
import { ProbedFile } from "./ffprobe-json.ts";
import { measureDurationMs } from "./measure-duration.ts";
import { parseProbe } from "./parse-probe.ts";
import { readTransportClock } from "./read-transport-clock.ts";
import type { SourceFile } from "./source-file.ts";

interface ProbeLimits extends DecodeLimits {
  /** Maximum duration in milliseconds. */
  sourceDurationMs: number;
}

/**
 * Probes a source. Throws a `RenderError`, final if the file is at fault, and `ProbeMemoryError` if
 * `memoryBytes` were too few.
 *
 * ffprobe decodes a few frames. Those of an 8K source in 10 bits have about 100 MB each; everything else is
 * small.
 */
export async function probeSource(
  file: Pick<OpenSource, "input" | "sizeBytes" | "reader" | "beginningOf">,
  options: {
    ffprobe: Program;
    limits: ProbeLimits;
    wants?: "PICTURE" | "AUDIO";
    /** Memory limit. Default: enough for any regular video. */
    memoryBytes?: number;
    /**
     * Codecs that ffmpeg can decode, whose build may differ from ffprobe's. Default: every codec that ffprobe
     * recognizes.
     */
    decodable?: readonly string[];
    signal: AbortSignal;
  },
): Promise<SourceFile> {
  const { ffprobe, limits, signal, memoryBytes = probeNeed.most } = options;
  if (file.sizeBytes === 0) {
    throw inputError("SOURCE_EMPTY", "The source is an empty file (0 bytes). Upload a video file.");
  }
  const result = await ffprobe.run(
    [
      "-v",
      "error",
      ...safeInputOptions(limits, file.input),
      ...words("-print_format json -show_format -show_streams -show_programs"),
      file.input,
    ],
    { timeoutMs: 60_000, signal, limits: { memoryBytes }, isExcused: () => file.reader.isAwaited() },
  );
  if (result.endedFor === "TIMEOUT") {
    throw retriableError(
      "WORKER",
      "SOURCE_PROBE_TIMEOUT",
      "ffprobe did not finish reading the source's headers within 60 s. The file may be damaged, or the worker overloaded. Try again.",
      result.stderr,
    );
  }
  if (memoryBytes < probeNeed.most && isShortOfMemory(result)) throw new ProbeMemoryError();
  if (result.endedFor === "OUTPUT_TOO_LONG") {
    throw tooManyStreams("so many streams that their list exceeds the limit");
  }
  const limit = explainLimit(
    result.endedFor === "MEMORY_LIMIT" ? null : result.endedFor,
    result.stderr,
    "ffprobe",
  );
  if (limit !== null) throw limit;
  if (result.signal !== null) {
    throw retriableError(
      "WORKER",
      "SOURCE_PROBE_CRASHED",
      `ffprobe was stopped by ${result.signal} while reading the source. Another build of it (FFPROBE_PATH) may work.`,
      result.stderr,
    );
  }
  if (result.exitCode !== 0) {
    throw explainProbeFailure(result.stderr, limits, await beginsAsMovie(file.reader, signal));
  }
  const probed = parseOutput(result.stdout);
  const source = parseOrExplain(probed, file, options, result.stderr);
  if (source.probe.container.startsWith("mov,") && !file.beginningOf) await assertWhole(file.reader, signal);
  assertPixels(source, limits);
  const stated =
    source.probe.durationMs ??
    (await measureDurationMs(ffprobe, source, { limits, signal, memoryBytes }, file.reader));
  const durationMs = await withoutJumps(stated, source, file.reader, { limits, signal });
  const wholeMs = durationMs === null ? null : durationMs * timesLonger(source, file);
  assertDuration(wholeMs, limits);
  return { ...source, probe: { ...source.probe, durationMs: wholeMs } };
}

/**
 * How many times longer a source is than measured. An index covers the whole file. Without one, as in a
 * transport stream, the measured length is that of the arrived part, and the whole is longer in proportion to
 * its size.
 */
function timesLonger(
  { probe }: SourceFile,
  { sizeBytes, beginningOf }: Pick<OpenSource, "sizeBytes" | "beginningOf">,
): number {
  const isStated = probe.durationMs !== null && probe.container !== "mpegts";
  return beginningOf && !isStated ? beginningOf.sizeBytes / sizeBytes : 1;
}

/** A transport stream whose clock restarts seems to last a day, until its 33-bit clock wraps around. */
async function withoutJumps(
  statedMs: number | null,
  { input, probe }: SourceFile,
  reader: SourceReader,
  { limits, signal }: { limits: ProbeLimits; signal: AbortSignal },
): Promise<number | null> {
  if (probe.container !== "mpegts" || statedMs === null || statedMs <= limits.sourceDurationMs)
    return statedMs;
  const { isJumping, seconds } = await readTransportClock(reader, !input.startsWith("file:"), signal);
  return isJumping && seconds > 0 ? Math.round(seconds * 1000) : statedMs;
}

function parseOutput(stdout: string): ProbedFile {
  try {
    return ProbedFile.parse(JSON.parse(stdout));
  } catch (cause) {
    throw retriableError(
      "WORKER",
      "SOURCE_PROBE_UNREADABLE",
      `ffprobe's output could not be parsed (${String(cause).slice(0, 500)}). Use ffprobe 4 or newer.`,
    );
  }
}

/**
 * An error about a frame counts only if the video itself cannot be read, since cover art may have any size.
 */
function parseOrExplain(
  probed: ProbedFile,
  file: { input: string; sizeBytes: number },
  {
    wants,
    decodable,
    limits,
  }: {
    wants?: "PICTURE" | "AUDIO";
    decodable?: readonly string[];
    limits: ProbeLimits;
  },
  stderr: string,
): SourceFile {
  try {
    return parseProbe(probed, file, wants, decodable);
  } catch (error) {
    throw isTooLargePicture(stderr) ? explainProbeFailure(stderr, limits) : error;
  }
}

function assertPixels({ probe }: SourceFile, limits: ProbeLimits): void {
  const { codedWidth, codedHeight, width, height } = probe.video;
  const pixels = Math.max(codedWidth * codedHeight, width * height);
  if (pixels > limits.sourcePixels) {
    throw inputError(
      "SOURCE_TOO_MANY_PIXELS",
      `The source has ${codedWidth}x${codedHeight} pixels; the limit is ${limits.sourcePixels}. Scale it down, or raise MAX_SOURCE_PIXELS.`,
    );
  }
}

function assertDuration(durationMs: number | null, limits: ProbeLimits): void {
  if (durationMs !== null && durationMs > limits.sourceDurationMs) {
    throw inputError(
      "SOURCE_TOO_LONG",
      `The source lasts ${Math.round(durationMs / 1000)} s; the limit is ${Math.round(limits.sourceDurationMs / 1000)} s. Cut it, or raise MAX_SOURCE_DURATION.`,
    );
  }
}

/**
 * Boxes that may come first in an MP4 or MOV (ISO 14496-12, table 1; QuickTime File Format, "Atoms").
 * Recordings without `ftyp` start with their media.
 */
const firstTypes = new Set(["ftyp", "styp", "moov", "mdat", "free", "skip", "wide", "pnot", "uuid", "sidx"]);

/**
 * Whether a file starts like an MP4 or MOV: a known box, followed by another or the end. Text, archives and
 * noise do not, whatever their names.
 */
async function beginsAsMovie(
  source: Pick<SourceReader, "look" | "sizeBytes">,
  signal: AbortSignal,
): Promise<boolean> {
  let isFirst = true;
  for await (const { type, at, sizeBytes } of walkTopBoxes(source, { signal })) {
    if (!isFirst) return /^[\x20-\x7e\xa9]{4}$/.test(type);
    if (!firstTypes.has(type)) return false;
    if (at + sizeBytes >= source.sizeBytes) return true;
    isFirst = false;
  }
  // A first box of size 0 extends to the end of the file.
  return !isFirst || (await source.look(4, 4, signal)).toString("latin1") === "mdat";
}
