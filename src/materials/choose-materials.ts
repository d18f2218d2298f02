import {
  type BackgroundClip,
  MAX_MATERIALS,
  MAX_MATERIALS_BYTES,
  type SourceMaterial,
} from "@reelay/contracts";
import type { Material } from "../../prisma/generated/client.ts";
import type { Db } from "../database/index.ts";
import { ConflictError, InvalidInputError } from "../errors/index.ts";
import { keyOf } from "../inputs/index.ts";

/**
 * The materials with these ids, as a painter needs them, in the order of the ids. Repeated ids count once.
 * `field` is the input's path, for errors.
 *
 * Throws `InvalidInputError` (`MATERIALS_TOO_MANY`, `MATERIALS_TOO_LARGE`, `MATERIAL_NOT_FOUND`,
 * `MATERIAL_NAME_REPEATED`, `MATERIAL_KIND_INVALID`) and `ConflictError` (`MATERIAL_NOT_READY`).
 */
export async function chooseMaterials(
  db: Db,
  workspaceId: string,
  { ids, field }: { ids: readonly string[]; field: string },
): Promise<SourceMaterial[]> {
  const distinct = [...new Set(ids)];
  if (distinct.length > MAX_MATERIALS) throw tooMany(field, distinct.length);
  if (distinct.length === 0) return [];
  const keys = distinct.map((id) => keyOf("Material", id));
  const rows = await db.material.findMany({
    where: { workspaceId, id: { in: keys.filter((key) => key !== null) } },
  });
  const found = new Map(rows.map((row) => [row.id, row]));
  const materials = keys.map((key, index) => {
    const row = key === null ? undefined : found.get(key);
    if (row === undefined) throw notFound(field, distinct[index] ?? "");
    return toSourceMaterial(row, field);
  });
  assertDistinctNames(field, materials);
  const bytes = materials.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes > MAX_MATERIALS_BYTES) throw tooLarge(field, bytes);
  return materials;
}

/**
 * The clip behind a template's pictures. Throws `InvalidInputError` (`MATERIAL_NOT_FOUND`,
 * `BACKGROUND_INVALID`) and `ConflictError` (`MATERIAL_NOT_READY`).
 */
export async function chooseClip(
  db: Db,
  workspaceId: string,
  { id, field }: { id: string; field: string },
): Promise<BackgroundClip> {
  const key = keyOf("Material", id);
  const row = key === null ? null : await db.material.findFirst({ where: { workspaceId, id: key } });
  if (row === null) throw notFound(field, id);
  const { filename, kind, sha256, status, objectKey, sizeBytes } = row;
  if (status !== "READY" || kind === null || sha256 === null) throw notReady(field, row);
  if (kind === "VIDEO")
    return {
      ...{ origin: "MATERIAL", materialId: row.id, key: objectKey },
      ...{ filename, sizeBytes: Number(sizeBytes), sha256 },
    };
  throw new InvalidInputError(
    "BACKGROUND_INVALID",
    field,
    `${field}: ${JSON.stringify(filename)} is of the kind ${kind}, and a background is a VIDEO. Use the id of a material of that kind: MP4, MOV, WebM or MKV.`,
  );
}

function toSourceMaterial(row: Material, field: string): SourceMaterial {
  const { id, filename, kind, sha256, status, objectKey, sizeBytes } = row;
  if (status !== "READY" || kind === null || sha256 === null) throw notReady(field, row);
  if (kind === "TABLE") throw isTable(field, filename);
  if (kind === "ARCHIVE") throw isArchive(field, filename);
  if (kind === "VIDEO") throw isVideo(field, filename);
  return { materialId: id, key: objectKey, filename, kind, sizeBytes: Number(sizeBytes), sha256 };
}

/** A script refers to materials by name alone. */
function assertDistinctNames(field: string, materials: readonly SourceMaterial[]): void {
  const names = new Set<string>();
  for (const { filename } of materials) {
    if (names.has(filename)) {
      throw new InvalidInputError(
        "MATERIAL_NAME_REPEATED",
        field,
        `${field}: two materials are named ${JSON.stringify(filename)}, and a script could not tell them apart. Leave one of them out, or upload it under another name.`,
      );
    }
    names.add(filename);
  }
}

const isArchive = (field: string, filename: string): InvalidInputError =>
  new InvalidInputError(
    "MATERIAL_KIND_INVALID",
    field,
    `${field}: ${JSON.stringify(filename)} is an archive, of which only \`createTemplate\` makes something. Upload the files in it one by one.`,
  );

const isVideo = (field: string, filename: string): InvalidInputError =>
  new InvalidInputError(
    "MATERIAL_KIND_INVALID",
    field,
    `${field}: ${JSON.stringify(filename)} is a video, which only the \`background\` of a template shows. Use fonts, pictures and sounds.`,
  );

const tooMany = (field: string, count: number): InvalidInputError =>
  new InvalidInputError(
    "MATERIALS_TOO_MANY",
    field,
    `${field}: lists ${count} materials; a video may use at most ${MAX_MATERIALS}. Leave out those that the script does not use.`,
  );

const tooLarge = (field: string, bytes: number): InvalidInputError =>
  new InvalidInputError(
    "MATERIALS_TOO_LARGE",
    field,
    `${field}: the materials have ${bytes} bytes together; a video may use at most ${MAX_MATERIALS_BYTES}. Leave some out, or make the files smaller.`,
  );

export const notFound = (field: string, id: string): InvalidInputError =>
  new InvalidInputError(
    "MATERIAL_NOT_FOUND",
    field,
    `${field}: there is no material ${JSON.stringify(id.slice(0, 100).toWellFormed())} in this workspace. Use ids that \`materials\` or \`createMaterial\` returned.`,
  );

const isTable = (field: string, filename: string): InvalidInputError =>
  new InvalidInputError(
    "MATERIAL_KIND_INVALID",
    field,
    `${field}: ${JSON.stringify(filename)} is a table, and videos use fonts, pictures and sounds. Make a batch of its rows with \`createBatch\`.`,
  );

const notReady = (field: string, { filename, status }: Material): ConflictError =>
  new ConflictError(
    "MATERIAL_NOT_READY",
    `${field}: ${JSON.stringify(filename)} is ${status}, and only materials that are READY can be used. ${status === "FAILED" ? "Its `error` says why; create it again." : "Finish its upload first."}`,
  );
