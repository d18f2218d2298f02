import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { Throughput } from "../capacity/index.ts";
import type { PartDecision } from "../split/index.ts";

/** Length of the first segment. */
const FIRST_SEGMENT_SECONDS = 1;
/** Frames that encoders buffer before the first output. */
const HELD_BACK_FRAMES = 15;
/** Until ffmpeg has opened its input and encoders. */
const START_SECONDS = 0.3;

/**
 * A viewer's patience for the first frame. A second decode of a whole source must also be worth more than one
 * of its head.
 */
const patienceSeconds = { HEAD: 2, WHOLE: 4 } as const;
/** Factor of the patience of a viewer who already sees a copy of the source. */
const PATIENCE_WITH_COPY = 4;

/**
 * Divides the start of a video into passes. Usually there is one, from one decode. If this machine would take
 * too long for the first segments of the whole ladder, the `CRITICAL` rungs go first and the others follow
 * from a second decode. Pure.
 *
 * @param isCopied the source itself is also offered, so a viewer with enough bandwidth already has video
 * @returns the rungs of each pass, none empty
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
    waitSeconds === null || waitSeconds <= patienceSeconds[kind] * (isCopied ? PATIENCE_WITH_COPY : 1);
  return isPatient || critical.length === 0 || others.length === 0 ? [[...rungs]] : [critical, others];
}

/** Seconds until all rungs have their first segment; null if the machine's speed is unknown. */
export function firstSegmentsAfterSeconds(
  rungs: readonly PlannedRung[],
  throughput: Pick<Throughput, "of">,
): number | null {
  let seconds = START_SECONDS;
  for (const { codec, width, height, frameRate } of rungs) {
    const speed = throughput.of(codec);
    if (speed === null) return null;
    const frames = FIRST_SEGMENT_SECONDS * (frameRate ?? 30) + HELD_BACK_FRAMES;
    seconds += (width * height * frames) / speed;
  }
  return seconds;
}
