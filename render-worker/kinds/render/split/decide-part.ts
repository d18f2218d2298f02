import type { TaskPart } from "@reelay/contracts";
import { readTransportClock, type SourceFile } from "../../../media/probe/index.ts";
import type { SourceReader } from "../../../media/source/index.ts";
import {
  canBeEntered,
  firstPictureMs,
  mustBeSearched,
  type RenderSpan,
  wholeSpan,
} from "../../../media/timeline/index.ts";
import type { RenderParams } from "../context.ts";

/**
 * The part of the source that an attempt makes. `WHOLE` writes its own playlists; the API joins the other
 * parts.
 */
export interface PartDecision {
  kind: "WHOLE" | "HEAD" | "CHUNK" | "AUDIO";
  span: RenderSpan;
}

/**
 * Decides an attempt's part from its task and the source. A video is split only if that is worth it and every
 * later task can start in the middle of the source; its head must contain frames. Pure.
 */
export function decidePart(part: TaskPart | undefined, source: SourceFile): PartDecision {
  switch (part?.kind) {
    case "CHUNK":
      return { kind: "CHUNK", span: { startMs: part.startMs, endMs: part.endMs } };
    case "AUDIO":
      return { kind: "AUDIO", span: { startMs: part.startMs, endMs: null } };
    case "HEAD": {
      const { durationMs } = source.probe;
      const isLong = durationMs !== null && durationMs > Math.max(part.wholeUpToMs, part.headMs);
      // Audio alone takes a hundredth of its length: not worth a second task.
      return isLong && !source.isAudioOnly && canBeEntered(source) && firstPictureMs(source) < part.headMs / 2
        ? { kind: "HEAD", span: { startMs: 0, endMs: part.headMs } }
        : { kind: "WHOLE", span: wholeSpan };
    }
    default:
      return { kind: "WHOLE", span: wholeSpan };
  }
}

/** Whether a task follows a head: it reports only its parts. */
export const isRest = ({ part }: Pick<RenderParams, "part">): boolean =>
  part?.kind === "CHUNK" || part?.kind === "AUDIO";

/**
 * A transport stream whose clock jumps is made in one piece: ffmpeg repairs its times only when it reads from
 * the beginning.
 */
export async function inOnePieceIfJumping(
  part: PartDecision,
  source: SourceFile,
  file: { reader: Pick<SourceReader, "read" | "sizeBytes" | "isAtHand">; signal: AbortSignal },
): Promise<PartDecision> {
  if (part.kind !== "HEAD" || !mustBeSearched(source)) return part;
  const isFar = !source.input.startsWith("file:");
  const { isJumping } = await readTransportClock(file.reader, isFar, file.signal);
  return isJumping ? { kind: "WHOLE", span: wholeSpan } : part;
}

/** How far a span may exceed its share of the file: bitrates vary, and audio is interleaved. */
const MARGIN_MS = 500;

/**
 * The byte up to which a span is likely to be read, if all seconds had the same size. Nothing beyond it is
 * prefetched, but it can still be read, so an estimate suffices. Pure.
 */
export function planReadEnd({ probe }: SourceFile, { endMs }: RenderSpan): number {
  const { durationMs, sizeBytes } = probe;
  if (endMs === null || durationMs === null) return sizeBytes;
  return Math.min(sizeBytes, Math.ceil((sizeBytes * (endMs + MARGIN_MS)) / durationMs));
}
