import { PartSegment } from "@reelay/contracts";
import type { InspectedVideo } from "./expected-objects.ts";

/** The fields of a video's parts that decide what a repair makes. Pure. */
export const damagedParts = ({ parts }: Pick<InspectedVideo, "parts">) => ({
  parts: parts
    .filter(({ isComplete }) => isComplete)
    .map(({ rendition, startMs, initKey, segments }) => ({
      rendition,
      startMs,
      initKey,
      segments: PartSegment.array().parse(segments),
    })),
});
