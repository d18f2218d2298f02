import { MAX_TEMPLATE_FILES, TemplateFile } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError } from "../errors/index.ts";
import { keyOf } from "../inputs/index.ts";
import { readArchive } from "./read-archive.ts";
import { refuse } from "./refuse.ts";

/** A file of a new template: exactly one of `text` and `material`. */
export interface FileInput {
  /** In the template's folder, e.g. `sounds/tick.wav`. */
  path: string;
  text?: string | null;
  /** Id of a READY material. */
  material?: string | null;
}

/** The files of a new template: exactly one field. */
export interface FilesInput {
  /** Id of a READY material of the kind ARCHIVE. */
  archive?: string | null;
  files?: readonly FileInput[] | null;
}

/** Of a ZIP file, and of the files in it or of those that are sent one by one. */
export const MAX_ARCHIVE_BYTES = 20_000_000;
export const MAX_BYTES = 40_000_000;

type Deps = Pick<OperationDeps, "db" | "store">;

/**
 * The files of a new template by their paths. Throws `InvalidInputError` (`FILES_INVALID`, `ARCHIVE_INVALID`,
 * `MATERIAL_NOT_FOUND`, `MATERIAL_KIND_INVALID`) and `ConflictError` (`MATERIAL_NOT_READY`).
 */
export async function readFiles(
  deps: Deps,
  workspaceId: string,
  { archive, files }: FilesInput,
): Promise<Map<string, Buffer>> {
  if ((archive == null) === (files == null))
    throw refuse("FILES_INVALID", "files", "pass exactly one of files and archive.");
  const contents =
    archive != null
      ? await readZip(deps, workspaceId, archive)
      : await readEach(deps, workspaceId, files ?? []);
  const field = archive == null ? "files" : "archive";
  if (contents.size > MAX_TEMPLATE_FILES)
    throw refuse("FILES_INVALID", field, `has ${contents.size} files; at most ${MAX_TEMPLATE_FILES}.`);
  for (const path of contents.keys()) {
    if (TemplateFile.shape.path.safeParse(path).success) continue;
    throw refuse(
      "FILES_INVALID",
      field,
      `${JSON.stringify(path.slice(0, 100).toWellFormed())} is no name of a template's file. Use up to 100 letters, digits and any of "_ . -", in the template's folder or its folder "sounds".`,
    );
  }
  return contents;
}

async function readZip(deps: Deps, workspaceId: string, id: string): Promise<Map<string, Buffer>> {
  const field = "archive";
  const content = await readMaterial(deps, workspaceId, { id, field, isArchive: true });
  return await readArchive(content, { field, maxBytes: MAX_BYTES });
}

async function readEach(
  deps: Deps,
  workspaceId: string,
  files: readonly FileInput[],
): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  if (files.length > MAX_TEMPLATE_FILES)
    throw refuse("FILES_INVALID", "files", `lists ${files.length} files; at most ${MAX_TEMPLATE_FILES}.`);
  let bytes = 0;
  for (const [index, { path, text, material }] of files.entries()) {
    const field = `files.${index}`;
    if ((text == null) === (material == null))
      throw refuse("FILES_INVALID", field, "pass exactly one of text and material.");
    if (contents.has(path))
      throw refuse("FILES_INVALID", field, "has the path of an earlier file. Rename it.");
    const content =
      material == null
        ? Buffer.from(text ?? "")
        : await readMaterial(deps, workspaceId, {
            id: material,
            field: `${field}.material`,
            isArchive: false,
          });
    bytes += content.length;
    if (bytes > MAX_BYTES)
      throw refuse(
        "FILES_INVALID",
        "files",
        `the files have more than ${MAX_BYTES} bytes. Make them smaller.`,
      );
    contents.set(path, content);
  }
  return contents;
}

async function readMaterial(
  { db, store }: Deps,
  workspaceId: string,
  { id, field, isArchive }: { id: string; field: string; isArchive: boolean },
): Promise<Buffer> {
  const key = keyOf("Material", id);
  const row = key === null ? null : await db.material.findFirst({ where: { id: key, workspaceId } });
  if (row === null)
    throw refuse(
      "MATERIAL_NOT_FOUND",
      field,
      `there is no material ${JSON.stringify(id.slice(0, 100).toWellFormed())} in this workspace. Use ids that \`materials\` or \`createMaterial\` returned.`,
    );
  if (row.status !== "READY")
    throw new ConflictError(
      "MATERIAL_NOT_READY",
      `${field}: ${JSON.stringify(row.filename)} is ${row.status}, and only materials that are READY can be used.`,
    );
  if ((row.kind === "ARCHIVE") !== isArchive)
    throw refuse(
      "MATERIAL_KIND_INVALID",
      field,
      `${JSON.stringify(row.filename)} is of the kind ${row.kind}. ${isArchive ? "Upload the template as a ZIP file." : "Pass a ZIP file as `archive`."}`,
    );
  const maxBytes = isArchive ? MAX_ARCHIVE_BYTES : MAX_BYTES;
  if (row.sizeBytes > maxBytes)
    throw refuse(
      isArchive ? "ARCHIVE_INVALID" : "FILES_INVALID",
      field,
      `${JSON.stringify(row.filename)} has ${row.sizeBytes} bytes; at most ${maxBytes} are read. Make it smaller.`,
    );
  return await readObject(store, row.objectKey);
}

async function readObject(store: ObjectStore, key: string): Promise<Buffer> {
  const { body } = await store.read(key);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
