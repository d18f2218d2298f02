import { createHash } from "node:crypto";
import type { ObjectStore } from "@reelay/object-store";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError } from "../errors/index.ts";
import { failMaterial, materialNotVideo, materialUnsupported } from "./fail-material.ts";
import {
  HEAD_BYTES,
  isNamedVideo,
  judgeArchive,
  judgeContent,
  judgeTable,
  type MaterialContent,
} from "./judge-content.ts";
import { materialNotFound } from "./not-found.ts";

type ReceiveDeps = Pick<OperationDeps, "db" | "store" | "clock" | "log">;

/** A material has been stored: judges its content, and makes it READY or FAILED. Safe to repeat. */
export async function receiveMaterial(deps: ReceiveDeps, materialId: string): Promise<void> {
  const { db, store, clock, log } = deps;
  const material = await db.material.findUnique({ where: { id: materialId } });
  if (material?.status !== "AWAITING_UPLOAD") return;
  const { content, sha256 } = await inspect(store, material);
  if (content === null) return await failMaterial(deps, materialId, materialUnsupported(material.filename));
  // Its upload may have been larger than that of another kind.
  if (isNamedVideo(material.filename) && content.kind !== "VIDEO")
    return await failMaterial(deps, materialId, materialNotVideo(material.filename, content.kind));
  const { count } = await db.material.updateMany({
    where: { id: materialId, status: "AWAITING_UPLOAD" },
    // The token stays valid until it expires: a client that missed the last response asks again.
    data: { status: "READY", ...content, sha256, receivedAt: clock(), uploadUrl: null },
  });
  if (count > 0)
    log.info({ materialId, kind: content.kind, bytes: Number(material.sizeBytes) }, "material.ready");
}

/** One pass over the object, which is never in memory as a whole. */
async function inspect(
  store: ObjectStore,
  { objectKey: key, filename }: { objectKey: string; filename: string },
): Promise<{ content: MaterialContent | null; sha256: string }> {
  const hash = createHash("sha256");
  const head: Buffer[] = [];
  let bytes = 0;
  const { body } = await store.read(key);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    if (bytes < HEAD_BYTES) head.push(chunk.subarray(0, HEAD_BYTES - bytes));
    bytes += chunk.length;
  }
  const first = Buffer.concat(head);
  const content = judgeContent(first) ?? judgeTable(first, filename) ?? judgeArchive(first, filename);
  return { content, sha256: hash.digest("hex") };
}

/**
 * Completes an upload that went directly to the store. Throws `NotFoundError`, `ConflictError`
 * (`UPLOAD_INCOMPLETE`).
 */
export async function completeMaterial(
  deps: ReceiveDeps,
  { workspaceId }: Viewer,
  { materialId }: { materialId: string },
): Promise<{ materialId: string }> {
  const material = await deps.db.material.findFirst({ where: { id: materialId, workspaceId } });
  if (material === null) throw materialNotFound();
  if (material.status !== "AWAITING_UPLOAD") return { materialId };
  const object = await deps.store.head(material.objectKey);
  if (object === null || BigInt(object.sizeBytes) !== material.sizeBytes) {
    throw new ConflictError(
      "UPLOAD_INCOMPLETE",
      `The store has ${object ? `${object.sizeBytes} bytes` : "nothing"} of this material's upload, and ${material.sizeBytes} bytes were announced. Send the rest first.`,
    );
  }
  await receiveMaterial(deps, materialId);
  return { materialId };
}
