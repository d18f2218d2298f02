import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ExpectedError, QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { admitSource } from "../quotas/index.ts";
import { type AskedUpload, openUpload } from "../upload-addresses/index.ts";
import { checkFilename } from "./check-filename.ts";
import { isNamedVideo } from "./judge-content.ts";

interface CreateMaterialInput {
  upload: AskedUpload;
  idempotencyKey?: string | null;
}

/** Of a file that the name says is a video. Its content is judged once it has arrived. */
const sizeLimit = (filename: string, { uploadBytes, materialBytes }: OperationDeps["limits"]) =>
  isNamedVideo(filename)
    ? { maxBytes: uploadBytes, setting: "UPLOAD_MAX_BYTES" }
    : { maxBytes: materialBytes, setting: "MATERIAL_MAX_BYTES" };

/** Only deletions make room, at an unknown time. */
const RETRY_MS = 60_000;

/**
 * Writes a material that awaits its upload. With an `idempotencyKey`, a repeat returns the first request's
 * material. Throws `InvalidInputError`, `ConflictError`, `QuotaExceededError`.
 */
export async function createMaterial(
  deps: OperationDeps,
  { workspaceId }: Viewer,
  { idempotencyKey: key, ...input }: CreateMaterialInput,
): Promise<{ materialId: string }> {
  const { db, limits } = deps;
  const now = deps.clock();
  const id = randomUUID();
  const filename = checkFilename(input.upload.filename);
  const { upload, forget } = await openUpload(deps, input.upload, {
    uploadId: id,
    keyOf: (safe) => objectKeys.materialFile(id, safe),
    now,
    ...{ field: "upload.sizeBytes", ...sizeLimit(filename, limits) },
  });
  const { contentType: _announced, ...columns } = upload;
  const request = { workspaceId, key, operation: "createMaterial", input, resultId: id };
  try {
    const materialId = await onceByKey(db, request, async (tx) => {
      await assertRoomForOne(tx, workspaceId, limits.materials);
      await admitSource(tx, { workspaceId, sizeBytes: Number(upload.sizeBytes), now, limits });
      await tx.material.create({ data: { ...columns, id, workspaceId, filename, createdAt: now } });
    });
    if (materialId !== id) await forget();
    return { materialId };
  } catch (error) {
    // After an outage the row may exist; then a repeat with the key continues with its upload.
    if (error instanceof ExpectedError) await forget();
    throw error;
  }
}

/**
 * Throws `QuotaExceededError` if the workspace has its most materials. Requests of a workspace take turns by
 * an advisory lock until their commit, so that the limit is exact.
 */
async function assertRoomForOne(tx: Tx, workspaceId: string, limit: number): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.materials'), hashtext(${workspaceId}))`;
  // Failed ones are forgotten by themselves.
  const used = await tx.material.count({ where: { workspaceId, status: { not: "FAILED" } } });
  if (used < limit) return;
  throw new QuotaExceededError(
    `The workspace has ${used} materials, and may have ${limit}. Delete those that are not needed any more with \`deleteMaterial\`, or raise MATERIALS_PER_WORKSPACE.`,
    { quota: "MATERIALS", limit, used, retryAfterMs: RETRY_MS },
  );
}
