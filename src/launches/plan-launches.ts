/** Which machines to rent now, where, and why not elsewhere. Pure. */
import type { Pool } from "../../prisma/generated/enums.ts";

/** A target, as the planner sees it. */
export interface TargetState {
  name: string;
  /** Slots of one of its machines. */
  slots: number;
  /** Slots that are missing for the tasks that its realm may do, and its machines can. */
  missingSlots: number;
  /** The same with tasks that its machines cannot do, and why they cannot. Default: they can do all. */
  unable?: { missingSlots: number; reason: string };
  maxInstances: number;
  /** Launches that have not ended, and those of them whose worker has had no task. */
  open: number;
  untried: number;
  /** The longest wait of a task, and the wait from which it is used. */
  waitedSeconds: number;
  afterSeconds: number;
  circuit: { failures: number; openUntil: Date | null; code: string; reason: string };
  /** Price of a machine in an hour, in micro-USD. */
  hourMicros: number;
}

export interface PassedOver {
  target: string;
  code: string;
  /** A clause, without a period. It may quote the provider: for operators. */
  reason: string;
}

type Refusal = Omit<PlannedPass, "target">;

/** `shown`: the reason in words for everybody, which quote no provider. */
export interface PlannedPass extends PassedOver {
  shown: string;
}

export interface PlannedLaunch {
  target: string;
  passedOver: PlannedPass[];
}

/** What the planner found for a pool. */
export interface Found {
  launches: PlannedLaunch[];
  /** The targets that start no machine, or no further one, while some are missing. */
  passedOver: PlannedPass[];
  /** A sentence if the pool wants more workers than it has; null if not. */
  wait: string | null;
}

/**
 * The first target that may start a machine gets as many as are missing, then the next. `leftMicros`: of the
 * hour's budget; null without one. A target that failed starts one machine at a time until one has worked.
 */
export function planLaunches(
  pool: Pool,
  targets: readonly TargetState[],
  { now, leftMicros }: { now: Date; leftMicros: number | null },
): Found & { leftMicros: number | null } {
  const launches: PlannedLaunch[] = [];
  const passedOver: PlannedPass[] = [];
  let left = leftMicros;
  let planned = 0;
  let isMissing = false;
  for (const target of targets) {
    const { name, slots } = target;
    const isShort = () => target.missingSlots > planned;
    if (!isShort()) {
      const { unable } = target;
      if (unable === undefined || unable.missingSlots <= planned) continue;
      isMissing = true;
      const reason = `its last machine could not do the task: ${unable.reason}`;
      passedOver.push({ target: name, code: "UNABLE", reason, shown: reason });
      continue;
    }
    isMissing = true;
    for (let own = 0; isShort(); own += 1) {
      const refusal = refuse(target, { own, left, now });
      if (refusal !== null) {
        passedOver.push({ target: name, ...refusal });
        break;
      }
      launches.push({ target: name, passedOver: [...passedOver] });
      planned += slots;
      if (left !== null) left -= target.hourMicros;
    }
  }
  const wait = isMissing ? explain(pool, launches, passedOver) : null;
  return { launches, passedOver, leftMicros: left, wait };
}

function refuse(
  target: TargetState,
  { own, left, now }: { own: number; left: number | null; now: Date },
): Refusal | null {
  const { circuit, open, untried, maxInstances, afterSeconds, waitedSeconds, hourMicros } = target;
  if (circuit.openUntil !== null && circuit.openUntil > now) {
    const shown = `next try at ${circuit.openUntil.toISOString()}`;
    return { code: circuit.code, reason: `${circuit.reason}; ${shown}`, shown };
  }
  const because = (code: string, shown: string): Refusal => ({ code, reason: shown, shown });
  if (circuit.failures > 0 && untried + own > 0)
    return because("PROBING", "it failed before, and one machine is tried first");
  if (open + own >= maxInstances)
    return because("MAX_INSTANCES", `${open + own} of at most ${maxInstances} machines are open`);
  if (waitedSeconds < afterSeconds)
    return because("NOT_YET", `it is used for tasks that wait ${afterSeconds} s`);
  if (left !== null && hourMicros > left)
    return because("BUDGET", "BUDGET_HOUR has no room for another machine");
  return null;
}

function explain(pool: Pool, launches: readonly PlannedLaunch[], passedOver: readonly PlannedPass[]): string {
  const others = passedOver.map(({ target, code, shown }) => `${target}: ${code}, ${shown}`).join("; ");
  const [first] = launches;
  if (first === undefined) return `No worker of the pool ${pool} can be rented now (${others}).`;
  const names = [...new Set(launches.map(({ target }) => target))].join(" and ");
  return others === ""
    ? `A worker is being rented at ${names}.`
    : `A worker is being rented at ${names}; others were passed over (${others}).`;
}
