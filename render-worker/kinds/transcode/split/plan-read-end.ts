import type { SourceFile } from "../../../media/probe/index.ts";
import type { RenderSpan } from "../../../media/timeline/index.ts";

/** How much further than its share of the file a span may reach: bitrates vary, and sound is interleaved. */
const marginMs = 500;

/**
 * The byte of the source up to which a span is likely to be read: where it would end if all seconds took as many bytes. What is beyond need not be
 * fetched ahead; asked for it is given all the same, so an estimate does. Pure.
 */
export function planReadEnd({ probe }: SourceFile, { endMs }: RenderSpan): number {
  const { durationMs, sizeBytes } = probe;
  if (endMs === null || durationMs === null) return sizeBytes;
  return Math.min(sizeBytes, Math.ceil((sizeBytes * (endMs + marginMs)) / durationMs));
}
