import { objectKeys, type RecordedError } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { SUPPORTED_FORMATS } from "./judge-content.ts";

const failure = (code: string, message: string): RecordedError => ({
  ...{ code, message },
  scope: "INPUT",
  retriable: false,
});

/** The upload's address expired before the upload was complete. */
export const materialExpired = failure(
  "UPLOAD_EXPIRED",
  "The material was not uploaded before its address expired. Create it again and send it then.",
);

/** The client terminated the upload. */
export const materialTerminated = failure(
  "UPLOAD_TERMINATED",
  "The client terminated the upload before it was complete. Create the material again.",
);

export const materialUnsupported = (filename: string): RecordedError =>
  failure(
    "MATERIAL_UNSUPPORTED",
    `The content of ${JSON.stringify(filename)} is not of a supported format. Convert it, and create the material again: ${SUPPORTED_FORMATS}.`,
  );

export const materialNotVideo = (filename: string, kind: string): RecordedError =>
  failure(
    "MATERIAL_NOT_A_VIDEO",
    `${JSON.stringify(filename)} is named as a video, and its content is of the kind ${kind}. Rename it, or choose another file, and create the material again.`,
  );

/** A material will never be usable. Does nothing if its upload has ended. Safe to repeat. */
export async function failMaterial(
  { db, store, log }: Pick<OperationDeps, "db" | "store" | "log">,
  materialId: string,
  error: RecordedError,
): Promise<void> {
  const { count } = await db.material.updateMany({
    where: { id: materialId, status: "AWAITING_UPLOAD" },
    data: { status: "FAILED", error, uploadUrl: null },
  });
  if (count === 0) return;
  log.info({ materialId, code: error.code }, "material.failed");
  await removeObject({ store, log }, materialId);
}

/**
 * To be called after the commit: an object that cannot be removed only uses space, until the removal of
 * orphans finds it.
 */
export async function removeObject(
  { store, log }: Pick<OperationDeps, "store" | "log">,
  materialId: string,
): Promise<void> {
  await store
    .deletePrefix(objectKeys.material(materialId))
    .catch((error: unknown) => log.warn({ err: error, materialId }, "material.object-not-removed"));
}
