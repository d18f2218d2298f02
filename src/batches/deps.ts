import type { Batch } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";

/** What working on batches needs. */
export type BatchDeps = OperationDeps;

/** How a process works on a batch. */
export interface Turn {
  stopping: AbortSignal;
  /** How long the check waits for a worker if none is online. */
  patienceMs: number;
}

/** A batch whose lease a process holds; `attempts` is the fencing token. */
export type HeldBatch = Pick<
  Batch,
  "id" | "workspaceId" | "status" | "attempts" | "maxActive" | "title" | "settings" | "sourceKey"
> &
  Pick<Batch, "checkedRows" | "checkTries" | "startsByItself" | "startedAt" | "deletesMissing">;

/** Another process has taken the batch over, or a client has changed it: the work ends where it is. */
export class BatchTakenError extends Error {}

/** Videos of a batch belong to its workspace. The API key that created the batch may be revoked since. */
export const batchViewer = ({ workspaceId }: Pick<Batch, "workspaceId">): Viewer => ({
  ...{ apiKeyId: "", workspaceId, scopes: ["WRITE"] },
});
