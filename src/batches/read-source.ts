import { buffer } from "node:stream/consumers";
import type { ObjectStore } from "@reelay/object-store";
import { readCsv, readRows, readXlsx, type Table, TableError } from "@reelay/tables";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError, InvalidTableError } from "../errors/index.ts";
import { keyOf } from "../inputs/index.ts";
import { readTableMaterial } from "../materials/index.ts";
import { exportQuestions } from "../questions/index.ts";
import { MAX_LINES, MAX_TABLE_BYTES } from "./limits.ts";
import type { TableFormat } from "./settings.ts";

/** Rows as a client sends them: exactly one field. */
export interface BatchSourceInput {
  csv?: string | null;
  json?: string | null;
  /** Id of a material of the kind TABLE. */
  material?: string | null;
  /** Id of a question set: its accepted questions. */
  questionSet?: string | null;
}

export interface BatchSource {
  format: TableFormat;
  content: Buffer;
  table: Table;
  /** For the title of the batch; null without a file. */
  filename: string | null;
}

/**
 * The rows of a source, read. Throws `InvalidInputError` (`SOURCE_INVALID`, `TEXT_INVALID`,
 * `MATERIAL_NOT_FOUND`, `MATERIAL_KIND_INVALID`, `QUESTION_SET_NOT_FOUND`), `InvalidTableError` and
 * `ConflictError` (`MATERIAL_NOT_READY`).
 */
export async function readSource(
  deps: Pick<OperationDeps, "db" | "store">,
  viewer: Pick<Viewer, "workspaceId">,
  source: BatchSourceInput,
): Promise<BatchSource> {
  const { field, ...file } = await readFile(deps, viewer, source);
  try {
    return { ...file, table: await parseTable(file) };
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    const { code, message, line, column } = error;
    throw new InvalidTableError(code, message, { field, line, column });
  }
}

/** Throws `TableError`. */
export async function parseTable({
  format,
  content,
}: {
  format: TableFormat;
  content: Buffer;
}): Promise<Table> {
  const limits = { rows: MAX_LINES, bytes: MAX_TABLE_BYTES };
  if (format === "XLSX") return await readXlsx(content, limits);
  return format === "CSV" ? readCsv(content, limits) : readRows(content.toString("utf8"), limits);
}

export const readStored = async (store: ObjectStore, key: string): Promise<Buffer> =>
  await buffer((await store.read(key)).body);

type SourceFile = Omit<BatchSource, "table"> & { field: string };

async function readFile(
  deps: Pick<OperationDeps, "db" | "store">,
  viewer: Pick<Viewer, "workspaceId">,
  { csv, json, material, questionSet }: BatchSourceInput,
): Promise<SourceFile> {
  if (typeof csv === "string") return toFile("CSV", "source.csv", csv);
  if (typeof json === "string") return toFile("JSON", "source.json", json);
  if (typeof material === "string") {
    const field = "source.material";
    return { ...(await readTableMaterial(deps, viewer, { id: material, field })), field };
  }
  if (typeof questionSet === "string") {
    const questionSetId = keyOf("QuestionSet", questionSet);
    const text = questionSetId && (await exportQuestions(deps.db, viewer, { questionSetId }));
    if (text !== null) return toFile("CSV", "source.questionSet", text);
    throw new InvalidInputError(
      "QUESTION_SET_NOT_FOUND",
      "source.questionSet",
      "source.questionSet: there is no such question set in this workspace. Use an id that `questionSets` returned.",
    );
  }
  throw new InvalidInputError(
    "SOURCE_INVALID",
    "source",
    "source: has no rows; pass exactly one of csv, json, material and questionSet.",
  );
}

function toFile(format: TableFormat, field: string, text: string): SourceFile {
  if (!text.includes("\0") && text.isWellFormed())
    return { format, field, content: Buffer.from(text), filename: null };
  throw new InvalidInputError("TEXT_INVALID", field, `${field}: is not a text of Unicode characters.`);
}
