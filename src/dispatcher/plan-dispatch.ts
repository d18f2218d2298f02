import type { JobPriority, Pool } from "../../prisma/generated/enums.ts";

/** A task that waits and may go now. */
export interface WaitingTask {
  taskId: string;
  pool: Pool;
  /** Not the first of its job. */
  isRest: boolean;
  priority: JobPriority;
  workspaceId: string;
  /** When a viewer would need it who began when it was queued; of first tasks, when that was. */
  dueAt: Date;
}

/** How much a workspace has with workers already, and when it was last served. */
export interface WorkspaceTurn {
  /** Tasks that run or are on their way to a worker, in all pools. */
  inFlight: number;
  /** Milliseconds since the epoch; 0 for never. */
  servedAt: number;
  /** Most tasks that it may have in flight; null for any number. */
  maxInFlight: number | null;
}

export interface QueueState {
  /** Slots that nothing runs in or is on its way to, by pool. */
  free: ReadonlyMap<Pool, number>;
  /** By lane and workspace, first due first; as many of each as there are free slots suffice. */
  waiting: readonly WaitingTask[];
  workspaces: ReadonlyMap<string, WorkspaceTurn>;
}

const priorities: readonly JobPriority[] = ["INTERACTIVE", "STANDARD", "BULK"];

/** First tasks go before the rest of any video: most viewers wait for a beginning, and beginnings are short. */
const laneOf = ({ isRest, priority }: WaitingTask): number =>
  (isRest ? priorities.length : 0) + priorities.indexOf(priority);

/** One dispatch in so many goes to what is due first in any lane, so that a busy upper lane starves no lower one. */
const turnsPerFirstDue = 8;

/**
 * Which tasks go to workers now, in order, as many as there are free slots. Upper lanes go first; within a lane the workspace with the
 * least in flight, then the one that was served longest ago, then what is due first: of a long video the parts that a viewer
 * comes to first, and late ones when their time has come, whatever was queued since. A flood of one workspace or lane so delays another by
 * what is running, never by what waits.
 *
 * `random` decides the turns of what is due first: no counter is shared, so any number of dispatchers agree without talking.
 */
export function planDispatch(state: QueueState, random: () => number = Math.random): WaitingTask[] {
  const turns = new Map([...state.workspaces].map(([id, turn]) => [id, { ...turn }]));
  const turnOf = (workspaceId: string): WorkspaceTurn => {
    const known = turns.get(workspaceId) ?? { inFlight: 0, servedAt: 0, maxInFlight: null };
    turns.set(workspaceId, known);
    return known;
  };
  // Later than anything in the database, and growing: whoever is chosen goes to the end of the line.
  let served = Number.MAX_SAFE_INTEGER - 1_000_000;
  const chosen: WaitingTask[] = [];
  for (const [pool, free] of state.free) {
    const queues = toQueues(state.waiting.filter((task) => task.pool === pool));
    for (let slot = 0; slot < free; slot += 1) {
      const fronts = queues
        .map((queue) => queue[0])
        .filter((task) => task !== undefined)
        .filter(({ workspaceId }) => {
          const { inFlight, maxInFlight } = turnOf(workspaceId);
          return maxInFlight === null || inFlight < maxInFlight;
        });
      const next = random() < 1 / turnsPerFirstDue ? firstDue(fronts) : nextInLane(fronts, turnOf);
      if (next === undefined) break;
      queues.find((queue) => queue[0] === next)?.shift();
      const turn = turnOf(next.workspaceId);
      turn.inFlight += 1;
      turn.servedAt = served += 1;
      chosen.push(next);
    }
  }
  return chosen;
}

/** One queue per lane and workspace, first due first. */
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
