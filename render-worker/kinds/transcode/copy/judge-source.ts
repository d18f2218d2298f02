import type { Need } from "../../../host/index.ts";
import { type DecodeLimits, safeInputOptions, words } from "../../../media/ffmpeg/index.ts";
import { firstPictureNeed } from "../../../media/needs/index.ts";
import { describeForMemory, type SourceFile } from "../../../media/probe/index.ts";
import type { SourceReader } from "../../../media/source/index.ts";
import type { Program } from "../../../programs/index.ts";
import { type Judgement, planInstant } from "./plan-instant.ts";
import { readMp4Index } from "./read-mp4-index.ts";

/** Whether a source can be played as it is, from its probe, the index of its key frames, and a look at the first one. */
export async function judgeSource(
  source: SourceFile,
  options: {
    ffmpeg: Program;
    reader: SourceReader;
    limits: DecodeLimits;
    segmentDurationMs: number;
    /** Runs a program once there is memory for it. */
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
  const message = "The first key frame cannot be decoded without errors; an undamaged one was expected.";
  return { reasons: [...judgement.reasons, { code: "DAMAGED", message }], plan: null };
}

/**
 * Whether the first key frame can be decoded without an error: what is copied unseen would be served unseen. One frame, about a tenth of a
 * second.
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
