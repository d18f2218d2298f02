import type { DrawnChunk, RenditionPart } from "@reelay/contracts";
import type { ChunkDigest } from "./chunk-digest.ts";

/** A finished chunk of another animation of the workspace. */
export interface KnownChunk {
  drawn: DrawnChunk;
  /** By rendition. */
  parts: ReadonlyMap<string, RenditionPart>;
  /** CRC-32C of its objects, by key. Absent: unknown. */
  sums?: ReadonlyMap<string, string>;
}

/** The chunks of these parts. Pure. */
export function toKnownChunks(parts: readonly RenditionPart[]): KnownChunk[] {
  const chunks = new Map<string, { drawn: DrawnChunk; parts: Map<string, RenditionPart> }>();
  for (const part of parts) {
    const { drawn, isComplete, initKey, rendition } = part;
    if (!drawn || !isComplete) continue;
    const id = `${drawn.sha256} ${drawn.startFrame} ${videoOf(initKey)}`;
    const chunk = chunks.get(id) ?? { drawn, parts: new Map() };
    chunk.parts.set(rendition, part);
    chunks.set(id, chunk);
  }
  return [...chunks.values()];
}

/** Whether the known chunk was encoded by these recipes, by rendition. Pure. */
export const hasRecipes = ({ parts }: KnownChunk, recipes: ReadonlyMap<string, string>): boolean =>
  [...recipes].every(([name, recipe]) => parts.get(name)?.recipe === recipe);

/**
 * Whether it can be copied to a place that begins with this frame. A poster comes with the first chunk, and
 * shows what that shows. Pure.
 */
export const fitsAt = ({ drawn }: KnownChunk, startFrame: number): boolean =>
  startFrame > 0 || drawn.startFrame === 0;

/** Whether a chunk's frames so far may be those of a known one. Pure. */
export const mayEqual = (
  { drawn }: KnownChunk,
  digest: Pick<ChunkDigest, "frames" | "endedAnimations">,
): boolean =>
  digest.frames <= drawn.frames &&
  digest.endedAnimations.every((one, index) => one === drawn.animations[index]);

/** `videos/{videoId}/…` */
export const videoOf = (key: string): string => key.split("/")[1] ?? "";
