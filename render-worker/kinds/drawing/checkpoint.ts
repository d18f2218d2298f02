import type { DrawnChunk, RenditionPart } from "@reelay/contracts";
import type { Made, RenderAttempt, RenderRound } from "../render/index.ts";

/** Where an attempt continues the chunks of earlier ones. */
export interface Checkpoint {
  /** Number of chunks that are there. */
  chunks: number;
  /** The last of them. */
  last: DrawnChunk;
}

/**
 * The last chunk that all these renditions have, with all chunks before it; null if the first one is missing.
 * The end of the video never counts: something is left to draw. Pure.
 */
function findCheckpoint(
  parts: readonly RenditionPart[],
  renditions: readonly string[],
  painter: string,
): Checkpoint | null {
  const chains = renditions.map((name) =>
    chainOf(
      parts.filter(({ rendition }) => rendition === name),
      painter,
    ),
  );
  const [first = [], ...others] = chains;
  let chunks = 0;
  for (const { startFrame, sha256 } of first) {
    const isShared = others.every((chain) => {
      const one = chain[chunks];
      return one?.startFrame === startFrame && one.sha256 === sha256;
    });
    if (!isShared) break;
    chunks += 1;
  }
  const last = first[chunks - 1];
  return last ? { chunks, last } : null;
}

/** The complete chunks from the beginning without a gap. */
function chainOf(parts: readonly RenditionPart[], painter: string): DrawnChunk[] {
  const chain: DrawnChunk[] = [];
  let reached: number | null = 0;
  for (const { startMs, endMs, isComplete, drawn } of parts.toSorted((a, b) => a.startMs - b.startMs)) {
    if (startMs !== reached || endMs === null || !isComplete || drawn?.painter !== painter) break;
    chain.push(drawn);
    reached = endMs;
  }
  return chain;
}

/**
 * Draws after the finished chunks of earlier attempts, if they show the same; else everything, and those
 * chunks are dropped.
 *
 * @param painter name and version of the painter
 * @param draw null: finished chunks show something else
 */
export async function drawAfterCheckpoint(
  { log, state }: RenderAttempt,
  round: RenderRound,
  painter: string,
  draw: (round: RenderRound, checkpoint: Checkpoint | null) => Promise<Made | null>,
): Promise<Made> {
  const names = new Set(round.rungs.map(({ name }) => name));
  const checkpoint = findCheckpoint(state.current.parts ?? [], [...names], painter);
  const first = await draw(round, checkpoint);
  if (first !== null) return first;
  log.warn({ chunks: checkpoint?.chunks ?? 0 }, "drawing.redrawn");
  state.update((before) => ({
    ...before,
    isRedrawn: true,
    parts: (before.parts ?? []).filter(({ rendition }) => !names.has(rendition)),
  }));
  const made = await draw({ ...round, suffix: `${round.suffix}.again` }, null);
  if (made === null) throw new Error("A drawing from the beginning was compared with another.");
  return made;
}
