import { Requirements } from "@reelay/contracts";
import type { Pool, WorkerRealm } from "../../prisma/generated/enums.ts";
import { type Budgets, explainBudgets, noBudgets } from "../costs/index.ts";
import { type Db, wireKindOf } from "../database/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { explainLaunches } from "../launches/index.ts";
import { freeOffers, type OfferBook } from "../prices/index.ts";
import { explainMismatch, inPool, type OfferGroup, readExpectedMs, readOffers } from "../workers/index.ts";

/** How long a task waits for a worker with a GPU by default, in milliseconds. */
export const DEFAULT_GPU_PATIENCE_MS = 60_000;

/** Why a job does not run yet. */
export type WaitCode =
  | "SOURCE"
  | "JOB"
  | "PAUSED"
  | "BACKOFF"
  | "QUOTA"
  | "BUDGET"
  | "NO_WORKER"
  | "FREE_SLOT";

interface Wait {
  code: WaitCode;
  /** A readable explanation. */
  reason: string;
}

interface Row {
  id: string;
  workspaceId: string;
  status: string;
  pool: Pool;
  availableAt: Date;
  isBackingOff: boolean;
  /** The error of its last attempt. */
  lastErrorCode: string | null;
  isPaused: boolean;
  inFlight: number;
  maxRunningTasks: number | null;
  /** Whose machines may receive its tasks. */
  realms: WorkerRealm[];
  waitsSince: Date;
  kind: string;
  requirements: unknown;
  /** The job that it depends on. */
  awaitedId: string | null;
  awaitedKind: string | null;
  awaitedStatus: string | null;
}

/**
 * Why each job does not run: what its first waiting task waits for. Null for jobs that have ended or run,
 * even with waiting tasks.
 */
export async function waits(
  db: Db,
  jobIds: readonly string[],
  {
    now,
    maxRunningTasks,
    gpuPatienceMs = DEFAULT_GPU_PATIENCE_MS,
    budgets = noBudgets,
    offers: priced = freeOffers,
  }: {
    now: Date;
    maxRunningTasks: number | null;
    gpuPatienceMs?: number | undefined;
    budgets?: Budgets | undefined;
    offers?: OfferBook | undefined;
  },
): Promise<Map<string, Wait | null>> {
  const found = new Map<string, Wait | null>(jobIds.map((id) => [id, null]));
  if (jobIds.length === 0) return found;
  const rows = await db.$queryRaw<Row[]>`
    SELECT j.id, j.workspace_id AS "workspaceId", j.status, t.pool, t.available_at AS "availableAt", t.available_at > ${now} AS "isBackingOff",
      (SELECT a.error->>'code' FROM attempts a WHERE a.task_id = t.id ORDER BY a.number DESC LIMIT 1) AS "lastErrorCode",
      w.paused_at IS NOT NULL AS "isPaused", w.max_running_tasks AS "maxRunningTasks", w.worker_realms::text[] AS realms,
      greatest(t.queued_at, t.available_at) AS "waitsSince", t.kind, t.requirements,
      d.id AS "awaitedId", d.kind AS "awaitedKind", d.status AS "awaitedStatus",
      (SELECT count(*)::int FROM tasks f WHERE f.workspace_id = t.workspace_id
        AND (f.status = 'RUNNING' OR (f.status = 'QUEUED' AND f.dispatched_at IS NOT NULL))) AS "inFlight"
    FROM jobs j JOIN workspaces w ON w.id = j.workspace_id LEFT JOIN jobs d ON d.id = j.depends_on_id CROSS JOIN LATERAL (
      SELECT * FROM tasks WHERE job_id = j.id AND status IN ('PENDING', 'QUEUED')
      ORDER BY available_at > ${now}, is_rest, due_at, id LIMIT 1) t
    WHERE j.status IN ('PENDING', 'QUEUED') AND j.id = ANY (${[...jobIds]}::uuid[])`;
  const offers = rows.length === 0 ? [] : await readOffers(db, now);
  const expected = await readExpectedMs(db, offers);
  const rented = rows.length === 0 ? null : await explainLaunches(db, now);
  for (const row of rows) {
    const known = {
      maxRunningTasks: row.maxRunningTasks ?? maxRunningTasks,
      expectedMs: expected.get(row.kind),
    };
    const wait = toWait({ ...row, ...known }, offers);
    const isForWorker = wait.code === "NO_WORKER" || wait.code === "FREE_SLOT";
    const until = new Date(row.waitsSince.getTime() + gpuPatienceMs).toISOString();
    const coming = isForWorker ? rented?.get(row.pool) : undefined;
    const isAlone = inPool(offers, row.pool).length === 0;
    const reasons = [
      ...(coming !== undefined && isAlone ? [] : [wait.reason]),
      ...(coming === undefined ? [] : [coming]),
      ...(isForWorker && mayMove(row, offers) ? [`It moves to the pool CPU at ${until} at the latest.`] : []),
    ];
    found.set(row.id, { ...wait, reason: reasons.join(" ") });
  }
  // A job that nothing else holds up may lack money.
  const ready = rows.filter(({ id }) => startable.has(found.get(id)?.code ?? ""));
  const asked = ready.map(({ id, workspaceId, pool }) => ({ jobId: id, workspaceId, pool }));
  const refusals = await explainBudgets(db, asked, { budgets, offers: priced, now });
  for (const [jobId, { reason }] of refusals) found.set(jobId, { code: "BUDGET", reason });
  return found;
}

const startable: ReadonlySet<string> = new Set<WaitCode>(["NO_WORKER", "FREE_SLOT"]);

/** The sweeper moves such a task to the pool `CPU` when its time has passed. */
const mayMove = ({ pool, requirements }: Row, offers: readonly OfferGroup[]): boolean =>
  pool === "GPU" && Requirements.parse(requirements).gpu !== "REQUIRED" && inPool(offers, "CPU").length > 0;

const fullDisks: Readonly<Record<string, string>> = {
  STORE_FULL: "The store",
  WORK_DIRECTORY_FULL: "A worker's temporary disk (WORK_DIR)",
};

function toWait(
  { status, pool, kind, availableAt, maxRunningTasks, ...row }: Row & { expectedMs: number | undefined },
  offers: readonly OfferGroup[],
): Wait {
  if (status === "PENDING" && row.awaitedId !== null) {
    const id = encodeGlobalId("Job", row.awaitedId);
    return {
      code: "JOB",
      reason: `Waiting for the job ${id} (${row.awaitedKind}), which is ${row.awaitedStatus}.`,
    };
  }
  if (status === "PENDING") return { code: "SOURCE", reason: "Waiting for the source to be uploaded." };
  if (row.isPaused) {
    return { code: "PAUSED", reason: "The workspace's queue is paused. `resumeQueue` continues it." };
  }
  if (row.isBackingOff) {
    const until = availableAt.toISOString();
    const disk = fullDisks[row.lastErrorCode ?? ""];
    const reason =
      disk === undefined
        ? `Waiting until ${until} before the next try.`
        : `${disk} is full. Free some space on it. The next try is at ${until}.`;
    return { code: "BACKOFF", reason };
  }
  if (maxRunningTasks !== null && row.inFlight >= maxRunningTasks) {
    return {
      code: "QUOTA",
      reason: `The workspace has ${row.inFlight} tasks on workers, and its limit is ${maxRunningTasks}.`,
    };
  }
  const requirements = Requirements.parse(row.requirements);
  const { expectedMs, realms } = row;
  const mismatch = explainMismatch(
    { pool, kind: wireKindOf(kind), requirements, expectedMs, realms },
    offers,
  );
  if (mismatch !== null) return { code: "NO_WORKER", reason: mismatch };
  return {
    code: "FREE_SLOT",
    reason: pool === "GPU" ? "Waiting for a free worker with a GPU." : "Waiting for a free worker.",
  };
}
