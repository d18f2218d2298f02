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
  /** Longest source, milliseconds. */
  sourceDurationMs: number;
}

/**
 * Reads what a source is. Throws a `RenderError`, final when the file is at fault, and `ProbeMemoryError` where `memoryBytes` were too few.
 *
 * The first pictures of an 8K source in 10 bits are some 100 MB each, and ffprobe decodes a few of them; all else is small.
 */
export async function probeSource(
  file: Pick<OpenSource, "input" | "sizeBytes" | "reader" | "beginningOf">,
  options: {
    ffprobe: Program;
    limits: ProbeLimits;
    wants?: "PICTURE" | "SOUND";
    /** What it may take. Default: all that any video should need. */
    memoryBytes?: number;
    /** Names of the codecs that ffmpeg, which may be of another build than ffprobe, has decoders for. Default: whatever ffprobe knows. */
    decodable?: readonly string[];
    signal: AbortSignal;
  },
): Promise<SourceFile> {
  const { ffprobe, limits, signal, memoryBytes = probeNeed.most } = options;
  if (file.sizeBytes === 0) {
    throw inputError(
      "SOURCE_EMPTY",
      "The source is an empty file (0 bytes); a video file was expected. Upload it again.",
    );
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
      "ffprobe did not finish reading the source's headers within 60 s. The file may be damaged or the worker overloaded; try again.",
      result.stderr,
    );
  }
  if (memoryBytes < probeNeed.most && isShortOfMemory(result)) throw new ProbeMemoryError();
  if (result.endedFor === "OUTPUT_TOO_LONG") {
    throw tooManyStreams("so many streams that even their list is too long");
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
      `ffprobe was ended by ${result.signal} while it read the source; another build of it (FFPROBE_PATH) may manage.`,
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
 * How much longer a source is than what was measured. An index speaks of the whole; where there is none, as in a transport stream, what was measured is
 * the beginning that is there, and the whole is about as much longer as it is larger.
 */
function timesLonger(
  { probe }: SourceFile,
  { sizeBytes, beginningOf }: Pick<OpenSource, "sizeBytes" | "beginningOf">,
): number {
  const isStated = probe.durationMs !== null && probe.container !== "mpegts";
  return beginningOf && !isStated ? beginningOf.sizeBytes / sizeBytes : 1;
}

/** A transport stream whose clock begins anew seems to last a day: until the clock, which has 33 bits, is where it was. */
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
      `ffprobe's answer could not be read (${String(cause).slice(0, 500)}); use an ffprobe of release 4 or newer.`,
    );
  }
}

/** A complaint about a picture counts only when the video itself cannot be read: a cover may be as large as it likes. */
function parseOrExplain(
  probed: ProbedFile,
  file: { input: string; sizeBytes: number },
  {
    wants,
    decodable,
    limits,
  }: {
    wants?: "PICTURE" | "SOUND";
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
      `The source's picture is ${codedWidth}x${codedHeight}; at most ${limits.sourcePixels} pixels are taken. Scale it down, or raise MAX_SOURCE_PIXELS.`,
    );
  }
}

function assertDuration(durationMs: number | null, limits: ProbeLimits): void {
  if (durationMs !== null && durationMs > limits.sourceDurationMs) {
    throw inputError(
      "SOURCE_TOO_LONG",
      `The source lasts ${Math.round(durationMs / 1000)} s; at most ${Math.round(limits.sourceDurationMs / 1000)} s are taken. Cut it, or raise MAX_SOURCE_DURATION.`,
    );
  }
}

/** Boxes that may come first in an MP4 or MOV (ISO 14496-12, table 1; QuickTime File Format, "Atoms"). Recordings without `ftyp` begin with their media. */
const firstTypes = new Set(["ftyp", "styp", "moov", "mdat", "free", "skip", "wide", "pnot", "uuid", "sidx"]);

/** Whether a file begins as an MP4 or MOV does: a known box, and behind it another one or the end. Text, archives and noise do not, regardless of their names. */
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
  // A first box that reaches to the end of the file does not say how long it is.
  return !isFirst || (await source.look(4, 4, signal)).toString("latin1") === "mdat";
}
