import { buffer } from "node:stream/consumers";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError, InvalidInputError } from "../errors/index.ts";
import { encodeGlobalId, keyOf } from "../inputs/index.ts";

const XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** A table that was uploaded as a material. */
export interface TableFile {
  format: "CSV" | "XLSX";
  content: Buffer;
  filename: string;
}

/**
 * The content of a material of the kind TABLE. `field`: that of the input with its id. Throws
 * `InvalidInputError` (`MATERIAL_NOT_FOUND`, `MATERIAL_KIND_INVALID`) and `ConflictError`
 * (`MATERIAL_NOT_READY`).
 */
export async function readTableMaterial(
  { db, store }: Pick<OperationDeps, "db" | "store">,
  { workspaceId }: Pick<Viewer, "workspaceId">,
  { id, field }: { id: string; field: string },
): Promise<TableFile> {
  const materialId = keyOf("Material", id);
  const found = materialId && (await db.material.findFirst({ where: { id: materialId, workspaceId } }));
  if (!found)
    throw new InvalidInputError(
      "MATERIAL_NOT_FOUND",
      field,
      `${field}: there is no material ${JSON.stringify(id.slice(0, 100).toWellFormed())} in this workspace. Use an id that \`createMaterial\` returned.`,
    );
  const { filename, status, kind, contentType, objectKey } = found;
  if (status !== "READY")
    throw new ConflictError(
      "MATERIAL_NOT_READY",
      `${field}: ${JSON.stringify(filename)} (${encodeGlobalId("Material", found.id)}) is ${status}. Finish its upload first.`,
    );
  if (kind !== "TABLE")
    throw new InvalidInputError(
      "MATERIAL_KIND_INVALID",
      field,
      `${field}: ${JSON.stringify(filename)} is of the kind ${kind}, and rows are of the kind TABLE. Upload a file named .csv or .xlsx.`,
    );
  const content = await buffer((await store.read(objectKey)).body);
  return { format: contentType === XLSX_TYPE ? "XLSX" : "CSV", content, filename };
}
