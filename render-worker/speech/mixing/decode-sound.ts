import { inputError, retriableError } from "../../errors.ts";
import { type DecodeLimits, safeInputOptions, words } from "../../media/ffmpeg/index.ts";
import type { Program, ProgramResult } from "../../programs/index.ts";
import { parseLoudness } from "./plan-mix.ts";
import { type PlacedSound, SOUNDTRACK_RATE } from "./soundtrack.ts";

export interface DecodeOptions {
  /** May write the folder of the output. */
  ffmpeg: Program;
  limits: DecodeLimits;
  signal: AbortSignal;
}

/** For a file that is damaged so that it decodes forever. */
const TIMEOUT_MS = 120_000;

/**
 * Decodes a sound file to the soundtrack's format, and returns its loudness in LUFS. Throws a final
 * `RenderError` if it has no audio that ffmpeg can decode.
 */
export async function decodeSound(
  { path, name }: Pick<PlacedSound, "path" | "name">,
  to: string,
  maxMs: number,
  { ffmpeg, limits, signal }: DecodeOptions,
): Promise<number> {
  const args = [
    ...words("-hide_banner -nostdin -nostats -y"),
    ...safeInputOptions(limits, path),
    ...["-vn", "-i", `file:${path}`],
    ...words(`-map 0:a:0 -t ${maxMs / 1000}`),
    "-af",
    `aresample=${SOUNDTRACK_RATE},aformat=channel_layouts=stereo,ebur128=framelog=verbose,aformat=sample_fmts=s16`,
    ...["-f", "s16le", `file:${to}`],
  ];
  const result = await ffmpeg.reading(path).run(args, { timeoutMs: TIMEOUT_MS, signal });
  const lufs = parseLoudness(result.stderr);
  if (result.exitCode === 0 && lufs !== null) return lufs;
  throw inputError(
    "SOUND_UNREADABLE",
    `The sound "${name}" has no audio that can be decoded. Use WAV, MP3, FLAC, AAC or Ogg Vorbis.`,
    result.stderr,
  );
}

/** Of an ffmpeg that read only the worker's own files. */
export const mixingFailed = ({ exitCode, endedFor, signal, stderr }: ProgramResult) =>
  retriableError(
    "WORKER",
    "MIXING_FAILED",
    `ffmpeg did not mix the soundtrack (${endedFor ?? signal ?? `exit code ${exitCode}`}). Try again.`,
    stderr,
  );
