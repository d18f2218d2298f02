import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { OperationDeps } from "../context/index.ts";
import { countActive } from "./active-jobs.ts";
import { readSourceMs, readStoredBytes } from "./limits.ts";

export interface QuotaState {
  name: "ACTIVE_JOBS" | "RUNNING_TASKS" | "STORED_BYTES" | "SOURCE_MINUTES_PER_DAY" | "REQUESTS_PER_SECOND";
  /** Null if it is not counted for the workspace, but for each key separately. */
  used: number | null;
  limit: number | null;
}

/** A workspace's usage and limits. */
export async function readQuotas(
  { db, clock, limits }: Pick<OperationDeps, "db" | "clock" | "limits">,
  workspaceId: string,
): Promise<QuotaState[]> {
  const workspace = await db.workspace.findUniqueOrThrow({ where: { id: workspaceId } });
  const { maxActiveJobs, maxRunningTasks, maxStoredBytes, maxSourceMinutesPerDay, maxRequestsPerSecond } =
    workspace;
  const [active, running, bytes, sourceMs] = await Promise.all([
    countActive(db, workspaceId),
    countRunning(db, workspaceId),
    readStoredBytes(db, workspaceId),
    readSourceMs(db, workspaceId, clock()),
  ]);
  return [
    { name: "ACTIVE_JOBS", used: active, limit: maxActiveJobs ?? limits.activeJobs },
    { name: "RUNNING_TASKS", used: running, limit: maxRunningTasks ?? limits.runningTasks },
    {
      name: "STORED_BYTES",
      used: bytes,
      limit: maxStoredBytes === null ? (limits.storedBytes ?? null) : Number(maxStoredBytes),
    },
    {
      name: "SOURCE_MINUTES_PER_DAY",
      used: Math.floor(sourceMs / 60_000),
      limit: maxSourceMinutesPerDay ?? limits.sourceMinutesPerDay ?? null,
    },
    {
      name: "REQUESTS_PER_SECOND",
      used: null,
      limit: maxRequestsPerSecond ?? limits.requestsPerSecond ?? null,
    },
  ];
}

const countRunning = (db: PrismaClient, workspaceId: string): Promise<number> =>
  db.task.count({ where: { workspaceId, status: "RUNNING" } });
