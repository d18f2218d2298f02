import { activeJobStatuses } from "@reelay/contracts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { renderingJobKinds, replacingJobKinds } from "../database/index.ts";
import { ConflictError } from "../errors/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { removeObject } from "./fail-material.ts";
import { materialNotFound } from "./not-found.ts";

/**
 * Deletes a material with its object. Finished videos stay as they are; drawing one of them again fails with
 * `MATERIAL_MISSING`. Throws `NotFoundError`, and `ConflictError` (`MATERIAL_IN_USE`) while a job needs it.
 *
 * Locks the material's row: a video that is created meanwhile has either referred to it before, and its job
 * is found, or finds it gone.
 */
export async function deleteMaterial(
  deps: Pick<OperationDeps, "db" | "store" | "uploads" | "log">,
  { workspaceId }: Viewer,
  { materialId }: { materialId: string },
): Promise<void> {
  const { db, uploads, log } = deps;
  await db.$transaction(async (tx) => {
    const [material] = await tx.$queryRaw<{ filename: string }[]>`
      SELECT filename FROM materials
      WHERE id = ${materialId}::uuid AND workspace_id = ${workspaceId}::uuid FOR UPDATE`;
    if (material === undefined) throw materialNotFound();
    const job = await tx.job.findFirst({
      where: {
        kind: { in: [...renderingJobKinds, ...replacingJobKinds] },
        status: { in: [...activeJobStatuses] },
        video: { materials: { some: { materialId } } },
      },
      select: { id: true },
    });
    if (job !== null) throw inUse(material.filename, job.id);
    await tx.material.delete({ where: { id: materialId } });
  });
  await removeObject(deps, materialId);
  await uploads
    .remove(materialId)
    .catch((error: unknown) => log.warn({ err: error, uploadId: materialId }, "upload.not-removed"));
}

const inUse = (filename: string, jobId: string): ConflictError =>
  new ConflictError(
    "MATERIAL_IN_USE",
    `${JSON.stringify(filename)} is needed by the unfinished job ${JSON.stringify(encodeGlobalId("Job", jobId))}. Delete it once the job has ended, or cancel the job.`,
  );
