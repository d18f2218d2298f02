import type { Batch } from "../../prisma/generated/client.ts";
import { NotFoundError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";

export interface OwnBatch {
  workspaceId: string;
  batchId: string;
}

export const batchNotFound = (): NotFoundError =>
  new NotFoundError(
    "BATCH_NOT_FOUND",
    "There is no such batch in this workspace. `batches` lists those that exist.",
  );

/**
 * A batch of the workspace, locked until the transaction ends. Throws `NotFoundError` (`BATCH_NOT_FOUND`).
 */
export async function lockBatch(tx: Tx, { workspaceId, batchId }: OwnBatch): Promise<Batch> {
  await tx.$queryRaw`
    SELECT id FROM batches WHERE id = ${batchId}::uuid AND workspace_id = ${workspaceId}::uuid FOR UPDATE`;
  const batch = await tx.batch.findFirst({ where: { id: batchId, workspaceId } });
  if (batch === null) throw batchNotFound();
  return batch;
}
