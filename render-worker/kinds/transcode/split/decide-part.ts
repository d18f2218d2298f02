import type { TaskPart } from "@reelay/contracts";
import type { SourceFile } from "../../../media/probe/index.ts";
import { canBeEntered, firstPictureMs, type RenderSpan, wholeSpan } from "../../../media/timeline/index.ts";

/** What of the source an attempt makes. `WHOLE` writes playlists of its own; of the others the API joins the parts. */
export interface PartDecision {
  kind: "WHOLE" | "HEAD" | "CHUNK" | "AUDIO";
  span: RenderSpan;
}

/**
 * What an attempt makes, by its task and the source that it found. A video is split only where that pays and where every later task can begin
 * in the middle of the source; its head must hold pictures. Pure.
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
      // Sound alone takes a hundredth of its length: not worth a second task.
      return isLong && !source.isSoundOnly && canBeEntered(source) && firstPictureMs(source) < part.headMs / 2
        ? { kind: "HEAD", span: { startMs: 0, endMs: part.headMs } }
        : { kind: "WHOLE", span: wholeSpan };
    }
    default:
      return { kind: "WHOLE", span: wholeSpan };
  }
}
