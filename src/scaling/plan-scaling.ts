import type { Pool } from "../../prisma/generated/enums.ts";

/** Tasks of a workspace in one pool. */
export interface Demand {
  workspaceId: string;
  /** First tasks of jobs that wait: a viewer waits for what they make. */
  first: number;
  /** The other waiting tasks. */
  rest: number;
  /** Tasks that run or are on their way to a worker. */
  busy: number;
  /** Most tasks that it may have with workers; null: any number. */
  most: number | null;
}

interface PoolState {
  pool: Pool;
  demand: readonly Demand[];
  /** Mean of recent tasks; null without any. */
  secondsPerTask: number | null;
  /** Living workers, and their slots together. */
  workers: number;
  slots: number;
}

export interface PoolScaling {
  pool: Pool;
  wantedWorkers: number;
  wantedSlots: number;
  /** Of a living worker on average; 1 without workers. */
  slotsPerWorker: number;
  /** That are alive. */
  workers: number;
  busy: number;
  waitingFirst: number;
  waitingRest: number;
  secondsPerTask: number;
  /** A sentence. */
  reason: string;
}

/** Time in which the other waiting tasks should be done. */
const DRAIN_SECONDS = 300;
/** Of a task while none has been finished. */
const UNKNOWN_SECONDS = 30;

/**
 * Every running task and every waiting first task wants a slot; the others want as many as do them in five
 * minutes. No workspace wants more than its limit. Pure.
 */
export function planScaling({ pool, demand, secondsPerTask, workers, slots }: PoolState): PoolScaling {
  const seconds = secondsPerTask ?? UNKNOWN_SECONDS;
  const allowed = demand.map(({ first, rest, busy, most }) => {
    const room = most === null ? Infinity : Math.max(0, most - busy);
    const firstNow = Math.min(first, room);
    return { busy, first: firstNow, rest: Math.min(rest, room - firstNow) };
  });
  const sum = (pick: (each: (typeof allowed)[number]) => number) =>
    allowed.reduce((total, each) => total + pick(each), 0);
  const [busy, first, rest] = [sum((each) => each.busy), sum((each) => each.first), sum((each) => each.rest)];
  const restSlots = Math.min(rest, Math.ceil((rest * seconds) / DRAIN_SECONDS));
  const wantedSlots = busy + first + restSlots;
  const slotsPerWorker = workers > 0 && slots > 0 ? slots / workers : 1;
  return {
    ...{ pool, wantedSlots, slotsPerWorker, workers, busy },
    wantedWorkers: Math.ceil(wantedSlots / slotsPerWorker),
    ...{ waitingFirst: first, waitingRest: rest, secondsPerTask: seconds },
    reason: `Slots: ${busy} for tasks that are with workers, ${first} for waiting first tasks, and ${restSlots} for the ${rest} other tasks of about ${Math.ceil(seconds)} s, to be done in ${DRAIN_SECONDS} s.`,
  };
}
