import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { Throughput } from "../capacity/index.ts";
import type { PartDecision } from "../split/index.ts";

/** Length of the first segment. */
const firstSegmentSeconds = 1;
/** Frames that encoders hold back before they give the first one out. */
const heldBackFrames = 15;
/** Until ffmpeg has opened its input and encoders. */
const startSeconds = 0.3;

/** A viewer should not wait longer for a first picture; and a second decode of a whole source must be worth more than one of its head. */
const patienceSeconds = { HEAD: 2, WHOLE: 4 } as const;
/** So many times as patient is a viewer of a copy of the source, who sees it already. */
const patienceWithCopy = 4;

/**
 * In how many goes the beginning of a video is made. Usually one, from one decode. When this machine, as measured, would take too long for the first
 * segments of the whole ladder, the `CRITICAL` rungs go first and the others follow from a second decode. Pure.
 *
 * @param isCopied the source itself is streamed, too: somebody with a good line has a picture before all this
 * @returns the rungs of each go, none empty
 */
export function planPasses(
  kind: PartDecision["kind"],
  rungs: readonly PlannedRung[],
  throughput: Pick<Throughput, "of">,
  isCopied = false,
): PlannedRung[][] {
  const critical = rungs.filter(({ tier }) => tier === "CRITICAL");
  const others = rungs.filter(({ tier }) => tier !== "CRITICAL");
  if (rungs.length === 0) return [];
  if (kind !== "HEAD" && kind !== "WHOLE") return [[...rungs]];
  const waitSeconds = firstSegmentsAfterSeconds(rungs, throughput);
  const isPatient =
    waitSeconds === null || waitSeconds <= patienceSeconds[kind] * (isCopied ? patienceWithCopy : 1);
  return isPatient || critical.length === 0 || others.length === 0 ? [[...rungs]] : [critical, others];
}

/** How long until all of them have their first segment; null when the machine's speed is not known. */
export function firstSegmentsAfterSeconds(
  rungs: readonly PlannedRung[],
  throughput: Pick<Throughput, "of">,
): number | null {
  let seconds = startSeconds;
  for (const { codec, width, height, frameRate } of rungs) {
    const speed = throughput.of(codec);
    if (speed === null) return null;
    const frames = firstSegmentSeconds * (frameRate ?? 30) + heldBackFrames;
    seconds += (width * height * frames) / speed;
  }
  return seconds;
}
