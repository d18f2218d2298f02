import type { JobPriority, Pool } from "../../prisma/generated/enums.ts";

/** A waiting task that may start now. */
export interface WaitingTask {
  taskId: string;
  pool: Pool;
  /** Not the first task of its job. */
  isRest: boolean;
  priority: JobPriority;
  workspaceId: string;
  /** When a viewer who started when it was queued would need it; for first tasks, when it was queued. */
  dueAt: Date;
  /** How long nine of ten recent tasks like it took, in milliseconds. Default: unknown. */
  expectedMs?: number | undefined;
  /** It may run in an express slot. Default false. */
  mayBeExpress?: boolean;
  /** It goes to an express slot. Default false. */
  isExpress?: boolean;
}

/** A workspace's tasks on workers, and when it was last served. */
export interface WorkspaceTurn {
  /** Tasks that run or are on their way to a worker, in all pools. */
  inFlight: number;
  /** Milliseconds since the epoch; 0 for never. */
  servedAt: number;
  /** Maximum of `inFlight`; null: unlimited. */
  maxInFlight: number | null;
}

export interface QueueState {
  /** Slots without a running or assigned task, by pool. */
  free: ReadonlyMap<Pool, number>;
  /** The same of express slots, which run first tasks beside full slots. Default: none. */
  express?: ReadonlyMap<Pool, number>;
  /** By lane and workspace, earliest due first; as many of each as there are free slots suffice. */
  waiting: readonly WaitingTask[];
  workspaces: ReadonlyMap<string, WorkspaceTurn>;
}

const priorities: readonly JobPriority[] = ["INTERACTIVE", "STANDARD", "BULK"];

/** First tasks precede the rest of any video: most viewers wait for a beginning, and beginnings are short. */
const laneOf = ({ isRest, priority }: WaitingTask): number =>
  (isRest ? priorities.length : 0) + priorities.indexOf(priority);

/**
 * One dispatch in this many goes to the most overdue task in any lane, so that a busy upper lane starves no
 * lower one.
 */
const TURNS_PER_FIRST_DUE = 8;

/**
 * Chooses the tasks for workers now, in order, up to the free slots. Upper lanes go first; within a lane the
 * workspace with the fewest tasks in flight, then the one that was served longest ago, then the earliest due
 * task: of a long video the parts that a viewer needs first, and late ones when they are due, whatever was
 * queued since. So a flood of one workspace or lane delays others only by its running tasks, never by its
 * waiting ones.
 *
 * First tasks that find no free slot go to express slots, in the same order: nothing else goes there, so one
 * of these is soon free again.
 *
 * `random` decides when the most overdue task goes first: without a shared counter, any number of dispatchers
 * need no coordination.
 */
export function planDispatch(state: QueueState, random: () => number = Math.random): WaitingTask[] {
  const turns = new Map([...state.workspaces].map(([id, turn]) => [id, { ...turn }]));
  const turnOf = (workspaceId: string): WorkspaceTurn => {
    const known = turns.get(workspaceId) ?? { inFlight: 0, servedAt: 0, maxInFlight: null };
    turns.set(workspaceId, known);
    return known;
  };
  // Later than any time in the database, and growing: a chosen workspace goes to the end of the line.
  let served = Number.MAX_SAFE_INTEGER - 1_000_000;
  const chosen: WaitingTask[] = [];
  const choose = (
    queues: WaitingTask[][],
    count: number,
    pick: (fronts: readonly WaitingTask[]) => WaitingTask | undefined,
    change: Pick<WaitingTask, "isExpress"> = {},
  ): void => {
    for (let slot = 0; slot < count; slot += 1) {
      const fronts = queues
        .map((queue) => queue[0])
        .filter((task) => task !== undefined)
        .filter(({ workspaceId }) => {
          const { inFlight, maxInFlight } = turnOf(workspaceId);
          return maxInFlight === null || inFlight < maxInFlight;
        });
      const next = pick(fronts);
      if (next === undefined) return;
      queues.find((queue) => queue[0] === next)?.shift();
      const turn = turnOf(next.workspaceId);
      turn.inFlight += 1;
      turn.servedAt = served += 1;
      chosen.push({ ...next, ...change });
    }
  };
  for (const [pool, free] of state.free) {
    const queues = toQueues(state.waiting.filter((task) => task.pool === pool));
    choose(queues, free, (fronts) =>
      random() < 1 / TURNS_PER_FIRST_DUE ? firstDue(fronts) : nextInLane(fronts, turnOf),
    );
    const first = queues.map((queue) => queue.filter(({ mayBeExpress }) => mayBeExpress));
    choose(first, state.express?.get(pool) ?? 0, (fronts) => nextInLane(fronts, turnOf), { isExpress: true });
  }
  return chosen;
}

/** One queue per lane and workspace, earliest due first. */
function toQueues(tasks: readonly WaitingTask[]): WaitingTask[][] {
  const queues = Map.groupBy(tasks, (task) => `${laneOf(task)} ${task.workspaceId}`);
  return [...queues.values()].map((queue) => queue.toSorted((a, b) => +a.dueAt - +b.dueAt));
}

const firstDue = (fronts: readonly WaitingTask[]): WaitingTask | undefined =>
  fronts.toSorted((a, b) => +a.dueAt - +b.dueAt)[0];

function nextInLane(
  fronts: readonly WaitingTask[],
  turnOf: (workspaceId: string) => WorkspaceTurn,
): WaitingTask | undefined {
  const lane = Math.min(...fronts.map(laneOf));
  return fronts
    .filter((task) => laneOf(task) === lane)
    .toSorted((a, b) => {
      const [one, other] = [turnOf(a.workspaceId), turnOf(b.workspaceId)];
      return one.inFlight - other.inFlight || one.servedAt - other.servedAt || +a.dueAt - +b.dueAt;
    })[0];
}
