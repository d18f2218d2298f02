/** Chooses a machine for a task by a policy, and says why it passed over the others. Pure. */
import { formatMicros } from "./money.ts";
import type { Policy } from "./offers.ts";

/** A range of which the middle is the most likely. */
export interface Range {
  low: number;
  likely: number;
  high: number;
}

export interface Candidate {
  name: string;
  costMicros: Range;
  /** From now to the end, with start and work. */
  doneSeconds: Range;
  /** Why it cannot take the task now; null if it can. */
  refusal: { code: RefusalCode; reason: string } | null;
}

export type RefusalCode = "NO_WORKER" | "NO_GPU" | "BUDGET";
type PassedCode = RefusalCode | "DEARER" | "SLOWER" | "TOO_LATE" | "LATER_IN_ORDER";

export interface Choice {
  /** Name of the offer; null if no candidate can take the task. */
  chosen: string | null;
  /** A sentence. */
  because: string;
  /** The others, in their order. */
  passedOver: { name: string; code: PassedCode; reason: string }[];
}

export interface Choosing {
  policy: Policy;
  /** With DEADLINE: seconds from now. */
  deadlineSeconds: number | null;
}

/**
 * `CHEAPEST`: least likely cost, then least time. `FASTEST`: least likely time, then least cost. `DEADLINE`:
 * the cheapest whose high estimate of the time meets the deadline, else the fastest. `FIXED`: the first in
 * order. Between equals the first in order wins.
 */
export function chooseOffer(candidates: readonly Candidate[], { policy, deadlineSeconds }: Choosing): Choice {
  const able = candidates.filter(({ refusal }) => refusal === null);
  const inTime = able.filter(({ doneSeconds }) => doneSeconds.high <= (deadlineSeconds ?? Infinity));
  const byPolicy: Record<Policy, () => Candidate | undefined> = {
    CHEAPEST: () => least(able, cost, time),
    FASTEST: () => least(able, time, cost),
    DEADLINE: () => least(inTime, cost, time) ?? least(able, time, cost),
    FIXED: () => able[0],
  };
  const chosen = byPolicy[policy]();
  if (chosen === undefined) {
    return {
      chosen: null,
      because: candidates.length === 0 ? "No offers are configured." : "No offer can take it now.",
      passedOver: candidates.flatMap(({ name, refusal }) => (refusal ? [{ name, ...refusal }] : [])),
    };
  }
  const isLate = policy === "DEADLINE" && !inTime.includes(chosen);
  return {
    chosen: chosen.name,
    because: explain(chosen, { policy: isLate ? "FASTEST" : policy, deadlineSeconds, isLate }),
    passedOver: candidates
      .filter((each) => each !== chosen)
      .map((each) => passOver(each, chosen, isLate ? "FASTEST" : policy, inTime)),
  };
}

const cost = ({ costMicros }: Candidate): number => costMicros.likely;
const time = ({ doneSeconds }: Candidate): number => doneSeconds.likely;

const least = (
  candidates: readonly Candidate[],
  first: (candidate: Candidate) => number,
  second: (candidate: Candidate) => number,
): Candidate | undefined => candidates.toSorted((a, b) => first(a) - first(b) || second(a) - second(b))[0];

const inSeconds = (seconds: number): string => `${Math.ceil(seconds)} s`;

function explain(
  { name, costMicros, doneSeconds }: Candidate,
  { policy, deadlineSeconds, isLate }: { policy: Policy; deadlineSeconds: number | null; isLate: boolean },
): string {
  const figures = `about ${formatMicros(costMicros.likely)}, done in about ${inSeconds(doneSeconds.likely)}`;
  if (isLate)
    return `No offer is certain to meet the deadline of ${inSeconds(deadlineSeconds ?? 0)}; ${name} is the fastest: ${figures}.`;
  const reasons: Record<Policy, string> = {
    CHEAPEST: "the cheapest",
    FASTEST: "the fastest",
    DEADLINE: `the cheapest that meets the deadline of ${inSeconds(deadlineSeconds ?? 0)}`,
    FIXED: "the first in the configured order",
  };
  return `${name} is ${reasons[policy]}: ${figures}.`;
}

function passOver(
  { name, costMicros, doneSeconds, refusal }: Candidate,
  chosen: Candidate,
  policy: Policy,
  inTime: readonly Candidate[],
): Choice["passedOver"][number] {
  if (refusal) return { name, ...refusal };
  const dearer = {
    code: "DEARER",
    reason: `Costs about ${formatMicros(costMicros.likely)}, ${chosen.name} ${formatMicros(chosen.costMicros.likely)}.`,
  } as const;
  const slower = {
    code: "SLOWER",
    reason: `Is done in about ${inSeconds(doneSeconds.likely)}, ${chosen.name} in ${inSeconds(chosen.doneSeconds.likely)}.`,
  } as const;
  switch (policy) {
    case "CHEAPEST":
      return { name, ...(costMicros.likely > chosen.costMicros.likely ? dearer : slower) };
    case "FASTEST":
      return { name, ...(doneSeconds.likely > chosen.doneSeconds.likely ? slower : dearer) };
    case "DEADLINE":
      if (!inTime.some((each) => each.name === name))
        return { name, code: "TOO_LATE", reason: `May take until ${inSeconds(doneSeconds.high)} from now.` };
      return { name, ...(costMicros.likely > chosen.costMicros.likely ? dearer : slower) };
    default:
      return { name, code: "LATER_IN_ORDER", reason: `Comes after ${chosen.name} in the configured order.` };
  }
}
