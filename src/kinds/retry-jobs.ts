import { randomUUID } from "node:crypto";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { storeTransaction } from "../database/index.ts";
import { ExpectedError, InvalidInputError } from "../errors/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { type JobFilter, jobWhere } from "../jobs/index.ts";
import { nextOfBatch, type Outcome, type RetryBatch, recordOutcome } from "./retry-batch.ts";
import { retryJobIn } from "./retry-job.ts";

export interface RetryJobsInput {
  /** These jobs (row keys), or … */
  ids?: readonly string[] | null | undefined;
  /**
   * … the matching ones, oldest first. Default: FAILED jobs that no newer job of their video has superseded.
   */
  filter?: JobFilter | null | undefined;
  /** Maximum number of matching jobs, 1 to 500. Default 100. */
  first?: number | null | undefined;
  /** Continue after this matching job. */
  after?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}

export interface RetriedJobs {
  /** The new jobs. */
  jobIds: string[];
  /** Jobs that were not retried, with reasons. */
  skipped: { jobId: string; code: string; message: string }[];
  hasMore: boolean;
  /** The last examined job; null if there was none. */
  lastId: string | null;
}

const MOST = 500;

/**
 * Retries many jobs, each in its own transaction: jobs that cannot be retried are listed and do not block
 * others. The selected jobs and each outcome are stored under the key, so a repeat, even of an aborted or
 * still running request, completes the rest and returns the same answer. Throws `InvalidInputError`
 * (`JOBS_INVALID`) and the errors of `onceByKey`.
 */
export async function retryJobs(
  deps: OperationDeps,
  viewer: Viewer,
  { idempotencyKey, ...input }: RetryJobsInput,
): Promise<RetriedJobs> {
  checkInput(input);
  const { workspaceId } = viewer;
  const key = idempotencyKey ?? randomUUID();
  await onceByKey(deps.db, { workspaceId, key, operation: "retryJobs", input }, async (tx) => {
    const progress = await chooseJobs(tx, workspaceId, input);
    await tx.idempotencyKey.update({
      where: { workspaceId_key: { workspaceId, key } },
      data: { progress: { ...progress } },
    });
  });
  for (;;) {
    const step = await retryNext(deps, viewer, key);
    if (step !== "next") return toResult(step);
  }
}

function checkInput({ ids, filter, first }: RetryJobsInput): void {
  const invalid = (field: string, message: string) => new InvalidInputError("JOBS_INVALID", field, message);
  if ((ids == null) === (filter == null)) {
    throw invalid("ids", "ids, filter: pass exactly one of them. `filter: {}` selects every failed job.");
  }
  if (ids != null && (ids.length === 0 || ids.length > MOST)) {
    throw invalid("ids", `ids: has ${ids.length} entries. Use 1 to ${MOST}.`);
  }
  if (first != null && (first < 1 || first > MOST)) {
    throw invalid("first", `first: is ${first}; pass 1 to ${MOST}, and continue with \`after\`.`);
  }
}

async function chooseJobs(
  tx: Parameters<typeof nextOfBatch>[0],
  workspaceId: string,
  { ids, filter, first, after }: RetryJobsInput,
): Promise<RetryBatch> {
  if (ids != null) return { jobIds: [...new Set(ids)], hasMore: false, outcomes: {} };
  const size = first ?? 100;
  const last = after == null ? null : await tx.job.findFirst({ where: { id: after, workspaceId } });
  const rows = await tx.job.findMany({
    where: {
      AND: [
        {
          workspaceId,
          ...jobWhere({ status: ["FAILED"], isSuperseded: false, ...withoutNulls(filter ?? {}) }),
        },
        last === null
          ? {}
          : {
              OR: [{ createdAt: { gt: last.createdAt } }, { createdAt: last.createdAt, id: { gt: last.id } }],
            },
      ],
    },
    select: { id: true },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    take: size + 1,
  });
  const jobIds = rows.slice(0, size).map(({ id }) => id);
  return { jobIds, hasMore: rows.length > size, outcomes: {} };
}

const withoutNulls = (filter: JobFilter): JobFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value != null));

/**
 * Does one job of the batch. Several processes may work on the same batch: each does a remaining job. Returns
 * the batch when none remains.
 */
async function retryNext(deps: OperationDeps, viewer: Viewer, key: string): Promise<"next" | RetryBatch> {
  const { db } = deps;
  const { workspaceId } = viewer;
  let jobId: string | undefined;
  try {
    return await db.$transaction(async (tx) => {
      const batch = await nextOfBatch(tx, workspaceId, key);
      jobId = batch.jobIds.find((id) => batch.outcomes[id] === undefined);
      if (jobId === undefined) return batch;
      const retriedAs = randomUUID();
      await retryJobIn(tx, deps, viewer, { jobId, newId: retriedAs });
      await recordOutcome(tx, { workspaceId, key, jobId, outcome: { retriedAs } });
      return "next";
    }, storeTransaction);
  } catch (error) {
    if (!(error instanceof ExpectedError) || jobId === undefined) throw error;
    // Its transaction has rolled back its changes.
    const skip = { workspaceId, key, jobId, outcome: { code: error.code, message: error.message } };
    await db.$transaction(async (tx) => {
      const batch = await nextOfBatch(tx, workspaceId, key);
      if (batch.outcomes[skip.jobId] === undefined) await recordOutcome(tx, skip);
    });
    return "next";
  }
}

function toResult({ jobIds, hasMore, outcomes }: RetryBatch): RetriedJobs {
  const done = jobIds.flatMap((jobId): [string, Outcome][] => {
    const outcome = outcomes[jobId];
    return outcome ? [[jobId, outcome]] : [];
  });
  return {
    jobIds: done.flatMap(([, outcome]) => ("retriedAs" in outcome ? [outcome.retriedAs] : [])),
    skipped: done.flatMap(([jobId, outcome]) => ("code" in outcome ? [{ jobId, ...outcome }] : [])),
    hasMore,
    lastId: jobIds.at(-1) ?? null,
  };
}
