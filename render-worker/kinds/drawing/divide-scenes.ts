import type { ScenePlan, Split } from "@reelay/contracts";
import type { RenderRound } from "../render/index.ts";
import { startMsOf } from "./chunk-sink.ts";
import type { SceneChunk } from "./chunks.ts";

interface Division {
  /** All of the video. */
  chunks: readonly SceneChunk[];
  /** Whether each of them is finished, or is copied. */
  isMade: readonly boolean[];
  /** Index of the chunk that is being drawn. */
  current: number;
  /** That can draw the video together. */
  workers: number;
  frameRate: number;
  clips: ScenePlan["clips"];
}

/** Less is not worth the start of another painter. */
const LEAST_SECONDS = 16;

/**
 * Divides a video once it is known what all its chunks show: this worker draws its share from the beginning,
 * and others begin with the rest as soon as this is reported. Null: it draws everything. Pure.
 */
export function divideScenes(
  { devices, rungs }: Pick<RenderRound, "devices" | "rungs">,
  { chunks, isMade, current, workers, frameRate, clips }: Division,
): Split | null {
  const end = planShare(
    chunks.map(({ frames }, index) => (isMade[index] === true ? 0 : frames)),
    { from: current, workers, least: LEAST_SECONDS * frameRate },
  );
  const next = chunks[end];
  if (next === undefined) return null;
  const encoders = Object.fromEntries([...devices.encoders].map(([name, { row }]) => [name, row.name]));
  const planned = chunks.map(({ first, end: until, startFrame, frames }) => ({
    ...{ first, end: until, startFrame, frames },
    startMs: startMsOf(startFrame, frameRate),
  }));
  return {
    headEndMs: startMsOf(next.startFrame, frameRate),
    ...{ renditions: rungs.map(({ name }) => name), speed: null, encoders },
    scenes: { clips, chunks: planned },
  };
}

/**
 * The number of chunks from the beginning that the first worker draws; all of them if the rest is not worth
 * another task. Pure.
 *
 * @param costs frames to draw of each chunk
 */
export function planShare(
  costs: readonly number[],
  { from, workers, least }: { from: number; workers: number; least: number },
): number {
  const sum = (some: readonly number[]) => some.reduce((total, one) => total + one, 0);
  const own = sum(costs.slice(from)) / workers;
  let end = from + 1;
  while (end < costs.length && sum(costs.slice(from, end)) < own) end += 1;
  return sum(costs.slice(end)) < least ? costs.length : end;
}
