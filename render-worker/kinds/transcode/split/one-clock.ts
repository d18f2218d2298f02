import { readTransportClock } from "../../../media/probe/read-transport-clock.ts";
import type { SourceFile } from "../../../media/probe/source-file.ts";
import type { SourceReader } from "../../../media/source/source-reader.ts";
import { mustBeSearched } from "../../../media/timeline/plan-entry.ts";
import { wholeSpan } from "../../../media/timeline/render-span.ts";
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
