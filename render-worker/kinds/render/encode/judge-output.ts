/** Compares ffmpeg's output with the source's promise. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inputError } from "../../../errors.ts";
import { type FrameStatistics, PLAYLIST_FILE, type RenderPlan } from "../../../media/ffmpeg/index.ts";
import { parseMediaPlaylist } from "../../../media/hls/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import type { RenderAttempt } from "../context.ts";
import { judgeDamage } from "./judge-damage.ts";
import { type RenderWork, toLength } from "./render-work.ts";

/** For parts of a long video; other output is judged as a whole. */
export function noteDamage(
  { log, state }: RenderAttempt,
  work: RenderWork,
  statistics: FrameStatistics,
  logTail: string,
): void {
  const { durationMs: lengthMs, startMs } = toLength(work);
  if (work.part.kind === "WHOLE" || work.rungs.length === 0 || lengthMs === null) return;
  const outputs = [...statistics.outputs.values()];
  const damage = judgeDamage({
    ...{ startMs, lengthMs, log: logTail },
    frames: Math.max(0, ...outputs.map(({ frames }) => frames)),
    lastMs: Math.max(startMs, ...outputs.map(({ timeMs }) => timeMs)),
    isVariable: work.source.probe.video.isVariableFrameRate,
    frameRate: work.rungs.reduce((most, { frameRate }) => Math.max(most, frameRate ?? 0), 0) || null,
  });
  if (damage === null) return;
  log.warn({ ...damage }, "source.damaged");
  state.update((before) => ({ ...before, damage }));
}

/**
 * Length of the longest rendition that ffmpeg has written. Its log of frames has gaps if the disk was full
 * meanwhile, and ffmpeg goes on; its playlists list every piece.
 */
export async function readWrittenMs(
  { directory }: Pick<RenderAttempt, "directory">,
  { rungs }: Pick<RenderWork, "rungs">,
): Promise<number> {
  const lengths = await Promise.all(
    rungs.map(async ({ name }) => {
      const playlist = await readFile(join(directory.path, name, PLAYLIST_FILE), "utf8").catch(() => "");
      return parseMediaPlaylist(playlist).segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
    }),
  );
  return Math.max(0, ...lengths);
}

/**
 * Rejects a source that is mostly damaged, rather than silently showing only a part of it.
 *
 * @param writtenMs length of what ffmpeg has written
 */
export function assertDecoded(
  { source: { promised } }: { source: Pick<SourceFile, "promised"> },
  statistics: Pick<FrameStatistics, "outputs">,
  writtenMs: number,
): void {
  const { frames, durationMs } = promised;
  if (frames === null || durationMs === null) return;
  const outputs = [...statistics.outputs.values()];
  const decodedMs = Math.max(writtenMs, ...outputs.map(({ timeMs }) => timeMs));
  const decoded = Math.max(...outputs.map((output) => output.frames));
  // Both must be low: edit lists drop frames, high rates are reduced, and one frame may last for minutes.
  if (decoded >= frames / 2 || decodedMs >= durationMs / 2) return;
  throw inputError(
    "SOURCE_CORRUPT",
    `The source is damaged: only the first ${seconds(decodedMs)} s of its ${seconds(durationMs)} s of video could be decoded. Upload an intact copy.`,
  );
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** Rejects a source without a decodable frame. */
export function assertFrames(
  plan: RenderPlan,
  { rungs }: RenderWork,
  statistics: FrameStatistics,
  writtenMs: number,
): void {
  const names = new Set(rungs.map(({ name }) => name));
  // Not per output: newer encoders write log lines concurrently, and some first lines are lost.
  const hasFrames = plan.outputs.some(
    ({ name }, index) => names.has(name) && statistics.outputs.get(index)?.frames,
  );
  if (names.size > 0 && !hasFrames && writtenMs === 0) {
    throw inputError(
      "SOURCE_NO_FRAMES",
      "The source's video stream has no frame that could be decoded. Upload an intact copy.",
    );
  }
}
