import type { Material } from "../../prisma/generated/client.ts";
import type { OperationDeps } from "../context/index.ts";
import { failMaterial, materialExpired } from "./fail-material.ts";
import { receiveMaterial } from "./receive-material.ts";

type SweepDeps = Pick<OperationDeps, "db" | "store" | "uploads" | "clock" | "log">;

const BATCH = 500;
/** How long a client can read why a material failed. */
const FAILED_KEPT_MS = 7 * 86_400_000;

/**
 * Detects uploads that went directly to the store, expires those that never arrived, and forgets old
 * failures. Any number of processes may sweep.
 */
export async function sweepMaterials(deps: SweepDeps): Promise<void> {
  const { db, clock, log } = deps;
  const now = clock();
  const awaited = await db.material.findMany({
    where: { status: "AWAITING_UPLOAD" },
    orderBy: { uploadExpiresAt: "asc" },
    take: BATCH,
  });
  for (const material of awaited) {
    await settle(deps, material, now).catch((error: unknown) =>
      log.warn({ err: error, materialId: material.id }, "sweep.not-settled"),
    );
  }
  const createdAt = { lt: new Date(now.getTime() - FAILED_KEPT_MS) };
  await db.material.deleteMany({ where: { status: "FAILED", createdAt } });
}

async function settle(deps: SweepDeps, material: Material, now: Date): Promise<void> {
  const { id, uploadProtocol, objectKey, sizeBytes, uploadExpiresAt } = material;
  if (uploadProtocol === "GCS_RESUMABLE") {
    const object = await deps.store.head(objectKey);
    if (object && BigInt(object.sizeBytes) === sizeBytes) return await receiveMaterial(deps, id);
  }
  if (uploadExpiresAt >= now) return;
  await failMaterial(deps, id, materialExpired);
  await deps.uploads.remove(id);
}
