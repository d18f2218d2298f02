import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import { type Batch, Prisma } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError, ExpectedError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { assertRoom } from "./create-batch.ts";
import { batchNotFound, lockBatch } from "./own-batch.ts";
import type { ChosenColumn } from "./plan-columns.ts";
import { assertComplete, planTable } from "./plan-rows.ts";
import { type BatchSourceInput, readSource } from "./read-source.ts";
import { BatchSettings } from "./settings.ts";

interface ReplaceInput {
  batchId: string;
  source: BatchSourceInput;
  /** Default: those of the batch that the table has. */
  columns?: readonly ChosenColumn[] | null;
  /** Deletes rows that the table lacks, with their videos. Default: they stay. */
  deleteMissing?: boolean | null;
  /** Starts it again once it is checked. */
  start?: boolean | null;
}

/**
 * Gives a batch other rows, which are then compared with its own by their keys, in the background: equal ones
 * keep their videos, others get editions, new ones videos.
 *
 * Throws `NotFoundError`, `ConflictError` (`BATCH_RUNNING`, `BATCH_BUSY`), `QuotaExceededError`, and what
 * `createBatch` throws of a table.
 */
export async function replaceBatchRows(
  deps: OperationDeps,
  viewer: Viewer,
  { batchId, source: asked, columns, deleteMissing, start }: ReplaceInput,
): Promise<void> {
  const { db, store, log } = deps;
  const { workspaceId } = viewer;
  const batch = await db.batch.findFirst({ where: { id: batchId, workspaceId } });
  if (batch === null) throw batchNotFound();
  assertReplaceable(batch);
  const settings = BatchSettings.parse(batch.settings);
  const { template, groupBy, keyColumn, data } = settings;
  const source = await readSource(deps, viewer, asked);
  const known = settings.columns.filter(({ column }) => source.table.columns.includes(column));
  const planned = await planTable({ db, workspaceId }, source.table, {
    ...{ template: template.name, version: template.version, groupBy, keyColumn, data },
    columns: columns ?? known,
  });
  assertComplete(planned, "source");
  const used = planned.plan.uses.flatMap(({ name: column, field }) =>
    field === null ? [] : [{ field, column }],
  );
  const sourceKey = objectKeys.batchSource(batchId, randomUUID());
  await store.put(sourceKey, source.content, { contentType: "application/octet-stream" });
  const remove = (key: string) =>
    store.delete(key).catch((error: unknown) => log.warn({ err: error, key }, "batch.source-not-removed"));
  try {
    await db.$transaction(async (tx) => {
      await assertRoom(tx, workspaceId, { isNew: false });
      assertReplaceable(await lockBatch(tx, { workspaceId, batchId }));
      await setRowsAside(tx, batchId);
      await tx.batch.update({
        where: { id: batchId },
        data: {
          ...{ status: "CHECKING", sourceKey, checkedRows: 0, checkTries: 0, total: null, endedAt: null },
          ...{ error: Prisma.DbNull, startsByItself: start ?? false, waitReason: null, waitUntil: null },
          settings: { ...settings, format: source.format, columns: used } as Prisma.InputJsonObject,
          replacement: { unchanged: 0, changed: 0, added: 0, missing: 0, deleted: 0 },
          deletesMissing: deleteMissing ?? false,
        },
      });
    });
  } catch (error) {
    if (error instanceof ExpectedError) await remove(sourceKey);
    throw error;
  }
  await remove(batch.sourceKey);
}

function assertReplaceable({ status }: Pick<Batch, "status">): void {
  if (status !== "CHECKING" && status !== "RUNNING") return;
  throw new ConflictError(
    "BATCH_RUNNING",
    `The batch is ${status}. ${status === "RUNNING" ? "Pause it first, and wait until its requested videos have ended." : "Wait until it is checked."}`,
  );
}

/**
 * Rows that may be continued get negative positions until the new ones are compared with them; the others are
 * deleted. Throws `ConflictError` (`BATCH_BUSY`).
 */
async function setRowsAside(tx: Tx, batchId: string): Promise<void> {
  const busy = await tx.batchRow.count({ where: { batchId, status: { in: ["QUEUED", "RUNNING"] } } });
  if (busy > 0)
    throw new ConflictError(
      "BATCH_BUSY",
      `${busy} videos of the batch are queued or rendered. Wait until they have ended, or cancel the batch.`,
    );
  await tx.batchIssue.deleteMany({ where: { batchId } });
  await tx.batchRow.deleteMany({ where: { batchId, status: { in: ["INVALID", "DUPLICATE"] } } });
  await tx.$executeRaw`
    UPDATE batch_rows SET position = -1 - position WHERE batch_id = ${batchId}::uuid AND position >= 0`;
}
