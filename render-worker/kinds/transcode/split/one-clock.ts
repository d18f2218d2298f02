import { readTransportClock, type SourceFile } from "../../../media/probe/index.ts";
import type { SourceReader } from "../../../media/source/index.ts";
import { mustBeSearched, wholeSpan } from "../../../media/timeline/index.ts";
import type { PartDecision } from "./decide-part.ts";

/** A transport stream whose clock jumps is made in one piece: ffmpeg mends its times, but only when it reads it from its beginning. */
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
