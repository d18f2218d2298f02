import type { JobPriority, Pool } from "../../prisma/generated/enums.ts";

/** A task that waits and may go now. */
export interface WaitingTask {
  taskId: string;
  pool: Pool;
  priority: JobPriority;
  workspaceId: string;
  queuedAt: Date;
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
  /** By lane and workspace, first come first; as many of each as there are free slots suffice. */
  waiting: readonly WaitingTask[];
  workspaces: ReadonlyMap<string, WorkspaceTurn>;
}

const lanes: readonly JobPriority[] = ["INTERACTIVE", "STANDARD", "BULK"];

/** One dispatch in so many goes to whoever has waited longest in any lane, so that a busy upper lane starves no lower one. */
const turnsPerLongestWait = 8;

/**
 * Which tasks go to workers now, in order, as many as there are free slots. Upper lanes go first; within a lane the workspace with the
 * least in flight, then the one that was served longest ago, then first come. A flood of one workspace or lane so delays another by
 * what is running, never by what waits.
 *
 * `random` decides the turns of the longest wait: no counter is shared, so any number of dispatchers agree without talking.
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
      const heads = queues
        .map((queue) => queue[0])
        .filter((task) => task !== undefined)
        .filter(({ workspaceId }) => {
          const { inFlight, maxInFlight } = turnOf(workspaceId);
          return maxInFlight === null || inFlight < maxInFlight;
        });
      const next = random() < 1 / turnsPerLongestWait ? longestWaiting(heads) : nextInLane(heads, turnOf);
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

/** One queue per lane and workspace, first come first. */
function toQueues(tasks: readonly WaitingTask[]): WaitingTask[][] {
  const queues = Map.groupBy(tasks, ({ priority, workspaceId }) => `${priority} ${workspaceId}`);
  return [...queues.values()].map((queue) => queue.toSorted((a, b) => +a.queuedAt - +b.queuedAt));
}

const longestWaiting = (heads: readonly WaitingTask[]): WaitingTask | undefined =>
  heads.toSorted((a, b) => +a.queuedAt - +b.queuedAt)[0];

function nextInLane(
  heads: readonly WaitingTask[],
  turnOf: (workspaceId: string) => WorkspaceTurn,
): WaitingTask | undefined {
  const lane = lanes.find((priority) => heads.some((task) => task.priority === priority));
  return heads
    .filter(({ priority }) => priority === lane)
    .toSorted((a, b) => {
      const [one, other] = [turnOf(a.workspaceId), turnOf(b.workspaceId)];
      return one.inFlight - other.inFlight || one.servedAt - other.servedAt || +a.queuedAt - +b.queuedAt;
    })[0];
}
