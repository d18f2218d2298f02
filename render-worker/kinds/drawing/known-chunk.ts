import type { DrawnChunk, RenditionPart } from "@reelay/contracts";
import type { ChunkDigest } from "./chunk-digest.ts";

/** A finished chunk of another animation of the workspace. */
export interface KnownChunk {
  drawn: DrawnChunk;
  /** By rendition. */
  parts: ReadonlyMap<string, RenditionPart>;
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

/** Whether a chunk's frames so far may be those of a known one. Pure. */
export const mayEqual = (
  { drawn }: KnownChunk,
  digest: Pick<ChunkDigest, "frames" | "endedAnimations">,
): boolean =>
  digest.frames <= drawn.frames &&
  digest.endedAnimations.every((one, index) => one === drawn.animations[index]);

/** `videos/{videoId}/…` */
export const videoOf = (key: string): string => key.split("/")[1] ?? "";
