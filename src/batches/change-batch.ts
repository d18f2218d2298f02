/** What clients do with a batch after its check. Every operation may be repeated. */
import { type BatchRowStatus, type BatchStatus, objectKeys } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError } from "../errors/index.ts";
import { lockBatch, type OwnBatch } from "./own-batch.ts";

type Deps = Pick<OperationDeps, "db" | "clock">;

/**
 * Starts a batch, or lets it start once it is checked. Throws `NotFoundError` and `ConflictError`
 * (`BATCH_ENDED`, `BATCH_PAUSED`, `BATCH_HAS_NO_VALID_ROW`).
 */
export async function startBatch({ db, clock }: Deps, own: OwnBatch): Promise<void> {
  await db.$transaction(async (tx) => {
    const { id, status } = await lockBatch(tx, own);
    if (status === "RUNNING") return;
    if (status === "CHECKING") {
      await tx.batch.update({ where: { id }, data: { startsByItself: true } });
      return;
    }
    if (status === "PAUSED") throw paused();
    if (status !== "CHECKED") throw ended(status);
    if ((await tx.batchRow.count({ where: { batchId: id, status: "VALID" } })) === 0)
      throw new ConflictError(
        "BATCH_HAS_NO_VALID_ROW",
        "No row of the batch is valid, so there is nothing to start. Correct the rows and send them with `replaceBatchRows`.",
      );
    await tx.batch.update({ where: { id }, data: { status: "RUNNING", startedAt: clock() } });
  });
}

/**
 * No more videos are requested; those that were go on. Throws `NotFoundError` and `ConflictError`
 * (`BATCH_NOT_STARTED`, `BATCH_ENDED`).
 */
export async function pauseBatch({ db }: Deps, own: OwnBatch): Promise<void> {
  await db.$transaction(async (tx) => {
    const { id, status } = await lockBatch(tx, own);
    if (status === "PAUSED") return;
    if (status !== "RUNNING") throw notRunning(status);
    await tx.batch.update({ where: { id }, data: { status: "PAUSED", waitReason: null, waitUntil: null } });
  });
}

/**
 * Continues a paused batch. Throws `NotFoundError` and `ConflictError` (`BATCH_NOT_STARTED`, `BATCH_ENDED`).
 */
export async function resumeBatch({ db }: Deps, own: OwnBatch): Promise<void> {
  await db.$transaction(async (tx) => {
    const { id, status } = await lockBatch(tx, own);
    if (status === "RUNNING") return;
    if (status !== "PAUSED") throw notRunning(status);
    await tx.batch.update({ where: { id }, data: { status: "RUNNING" } });
  });
}

/**
 * Cancels a batch: rows without a video at once, the jobs of the others soon. Finished videos stay. Throws
 * `NotFoundError` and `ConflictError` (`BATCH_ENDED`).
 */
export async function cancelBatch({ db, clock }: Deps, own: OwnBatch): Promise<void> {
  await db.$transaction(async (tx) => {
    const { id, status } = await lockBatch(tx, own);
    if (status === "CANCELED") return;
    if (status === "SUCCEEDED" || status === "PARTIAL" || status === "FAILED") throw ended(status);
    const data = { status: "CANCELED", endedAt: clock(), waitReason: null, waitUntil: null } as const;
    await tx.batch.update({ where: { id }, data: { ...data, startsByItself: false } });
    await tx.$executeRaw`
      UPDATE batch_rows SET status = 'CANCELED', ended_at = clock_timestamp(), changed_at = clock_timestamp()
      WHERE batch_id = ${id}::uuid AND status = 'VALID'`;
  });
}

type RetriableStatus = Extract<BatchRowStatus, "FAILED" | "CANCELED">;

/**
 * Makes rows with these statuses wait for their videos again, and runs the batch unless it is paused. A row
 * with a video has that one rendered again, and keeps what was finished.
 *
 * Throws `NotFoundError` and `ConflictError` (`BATCH_NOT_STARTED`, `NOTHING_TO_RETRY`).
 */
export async function retryBatch(
  { db, clock }: Deps,
  { statuses, ...own }: OwnBatch & { statuses: readonly RetriableStatus[] },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const { id, status, checkedAt, startedAt } = await lockBatch(tx, own);
    // One that was canceled during its check does not have all of its rows.
    if (checkedAt === null || status === "CHECKING" || status === "CHECKED")
      throw notRunning(checkedAt === null ? "CHECKING" : status);
    const wanted = statuses.map(String);
    const count = await tx.$executeRaw`
      UPDATE batch_rows SET status = 'VALID', error = NULL, ended_at = NULL, changed_at = clock_timestamp()
      WHERE batch_id = ${id}::uuid AND status::text = ANY(${wanted}::text[])`;
    if (count === 0)
      throw new ConflictError(
        "NOTHING_TO_RETRY",
        `No row of the batch is ${wanted.join(" or ")}. Rows that are INVALID need other data: send it with \`replaceBatchRows\`.`,
      );
    if (status === "RUNNING" || status === "PAUSED") return;
    const data = { status: "RUNNING", endedAt: null, startedAt: startedAt ?? clock() } as const;
    await tx.batch.update({ where: { id }, data });
  });
}

/**
 * Deletes an ended batch with its rows. Its videos stay. Throws `NotFoundError` and `ConflictError`
 * (`BATCH_NOT_ENDED`).
 */
export async function deleteBatch(
  { db, store }: Pick<OperationDeps, "db" | "store">,
  own: OwnBatch,
): Promise<void> {
  const { batchId: id } = own;
  await db.$transaction(async (tx) => {
    const { status } = await lockBatch(tx, own);
    if (status === "CHECKING" || status === "RUNNING" || status === "PAUSED")
      throw new ConflictError("BATCH_NOT_ENDED", `The batch is ${status}. Cancel it first.`);
    await tx.batch.delete({ where: { id } });
  });
  await store.deletePrefix(objectKeys.batch(id));
}

const paused = (): ConflictError =>
  new ConflictError("BATCH_PAUSED", "The batch is PAUSED. Continue it with `resumeBatch`.");

const ended = (status: BatchStatus): ConflictError =>
  new ConflictError(
    "BATCH_ENDED",
    `The batch is ${status}. Repeat rows that failed with \`retryBatch\`, or send other rows with \`replaceBatchRows\`.`,
  );

const notRunning = (status: BatchStatus): ConflictError =>
  status === "CHECKING" || status === "CHECKED"
    ? new ConflictError("BATCH_NOT_STARTED", `The batch is ${status}. Start it with \`startBatch\`.`)
    : ended(status);
