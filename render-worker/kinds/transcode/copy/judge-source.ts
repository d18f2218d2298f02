import type { Need } from "../../../host/index.ts";
import { type DecodeLimits, safeInputOptions, words } from "../../../media/ffmpeg/index.ts";
import { firstPictureNeed } from "../../../media/needs/index.ts";
import { describeForMemory, type SourceFile } from "../../../media/probe/index.ts";
import type { SourceReader } from "../../../media/source/index.ts";
import type { Program } from "../../../programs/index.ts";
import { type Judgement, planInstant } from "./plan-instant.ts";
import { readMp4Index } from "./read-mp4-index.ts";

/**
 * Determines from the probe, the key frame index, and the first key frame whether a source can be played as
 * it is.
 */
export async function judgeSource(
  source: SourceFile,
  options: {
    ffmpeg: Program;
    reader: SourceReader;
    limits: DecodeLimits;
    segmentDurationMs: number;
    /** Runs a program once memory is available. */
    reserveMemory: <T>(need: Need, work: () => Promise<T>) => Promise<T>;
    signal: AbortSignal;
  },
): Promise<Judgement> {
  const { container, video } = source.probe;
  const index =
    video.codec === "h264" && container.startsWith("mov,") ? await readMp4Index(source, options) : null;
  const judgement = planInstant(source, index);
  if (judgement.plan === null) return judgement;
  const need = { program: "first-picture", bytes: firstPictureNeed(describeForMemory(source)) };
  if (await options.reserveMemory(need, () => canDecodeStart(source, options))) return judgement;
  const message = "The first key frame cannot be decoded without errors; expected an undamaged one.";
  return { reasons: [...judgement.reasons, { code: "DAMAGED", message }], plan: null };
}

/**
 * Whether the first key frame decodes without errors, since copied frames are otherwise served unchecked. One
 * frame, about a tenth of a second.
 */
async function canDecodeStart(
  source: SourceFile,
  options: { ffmpeg: Program; limits: DecodeLimits; signal: AbortSignal },
): Promise<boolean> {
  const { exitCode, stderr } = await options.ffmpeg.run(
    [
      ...words("-hide_banner -nostdin -v error -xerror -err_detect explode -threads 1"),
      ...safeInputOptions(options.limits, source.input),
      ...["-i", source.input],
      ...words(`-map 0:${source.videoIndex} -frames:v 1 -f null -`),
    ],
    { timeoutMs: 20_000, signal: options.signal },
  );
  return exitCode === 0 && stderr.trim() === "";
}
