import { type Field, readJson, readTable, reviewDrafts } from "@reelay/questions";
import { type RowIssue, readCsv, readXlsx, TableError } from "@reelay/tables";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError, InvalidTableError } from "../errors/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { readTableMaterial } from "../materials/index.ts";
import { readBlockedWords } from "./blocked-words.ts";
import { checkLanguage, checkTopic } from "./check-input.ts";
import { MAX_FILE_BYTES, MAX_IMPORT_BYTES } from "./limits.ts";
import { acceptedRow, insertQuestions, rejectedRow } from "./save-set.ts";

const MAX_ROWS = 1_000;

interface ImportInput {
  topic: string;
  /** BCP 47 tag. */
  language: string;
  /** One of them. `material`: id of a material of the kind TABLE. */
  source: { csv?: string | null; json?: string | null; material?: string | null };
  /** Columns of the CSV that have other names than usual. */
  columns?: readonly { field: Field; column: string }[] | null;
  idempotencyKey?: string | null;
}

/**
 * Creates a set of the questions of a CSV or a JSON text: those that pass the checks are ACCEPTED, all others
 * REJECTED with the reason. Rows that are no questions become issues of the set. Right answers stay where
 * they are.
 *
 * Throws `InvalidInputError` (`TOPIC_INVALID`, `LANGUAGE_INVALID`, and those of `onceByKey`),
 * `InvalidTableError` (the codes of `readCsv`, `readTable` and `readJson`), `ConflictError`, and what
 * `readTableMaterial` throws.
 */
export async function importQuestions(
  deps: Pick<OperationDeps, "db" | "clock" | "store">,
  viewer: Pick<Viewer, "workspaceId">,
  { idempotencyKey, ...input }: ImportInput,
): Promise<{ questionSetId: string }> {
  const { db, clock } = deps;
  const { workspaceId } = viewer;
  const topic = checkTopic(input.topic);
  const language = checkLanguage(input.language);
  const { drafts, issues, columns } = await readSource(deps, viewer, input);
  const reviewed = reviewDrafts(drafts, { language, blocked: await readBlockedWords(db, { workspaceId }) });
  const unused = columns
    .filter(({ field }) => field === null)
    .map(({ name, suggestion }) => ({
      line: 1,
      column: name,
      code: "COLUMN_UNUSED",
      message:
        suggestion === null
          ? "The column is not used: its name is unknown."
          : `The column is not used: its name is unknown. Is it ${suggestion}?`,
    }));
  const keyed = { workspaceId, key: idempotencyKey, operation: "importQuestions", input };
  const id = await onceByKey(db, keyed, async (tx, setId) => {
    const now = clock();
    await tx.questionSet.create({
      data: {
        ...{ id: setId, workspaceId, origin: "IMPORTED", status: "READY", topic, language },
        ...{ count: drafts.length, seed: 0, createdAt: now, endedAt: now },
        issues: [...unused, ...issues].map(toJson),
      },
    });
    await insertQuestions(
      tx,
      setId,
      reviewed.map(({ line, draft, question, problems }) =>
        question === null ? rejectedRow(draft, problems[0], line) : acceptedRow(question, line),
      ),
    );
  });
  return { questionSetId: id };
}

const toJson = ({ line, column, code, message }: RowIssue) => ({ line, column, code, message });

async function readSource(
  deps: Pick<OperationDeps, "db" | "store">,
  viewer: Pick<Viewer, "workspaceId">,
  { source: { csv, json, material }, columns }: ImportInput,
): Promise<ReturnType<typeof readTable>> {
  const mapping = Object.fromEntries((columns ?? []).map((one) => [one.field, one.column]));
  if (material != null) {
    const field = "source.material";
    const { format, content } = await readTableMaterial(deps, viewer, { id: material, field });
    return await placing(field, async () =>
      readTable(format === "XLSX" ? await readXlsx(content, limits) : readCsv(content, limits), mapping),
    );
  }
  const [field, text] = csv == null ? (["source.json", json ?? ""] as const) : (["source.csv", csv] as const);
  if (text.includes("\0") || !text.isWellFormed())
    throw new InvalidInputError("TEXT_INVALID", field, `${field}: is no text of Unicode characters.`);
  return await placing(field, async () => {
    const sizeBytes = Buffer.byteLength(text);
    if (sizeBytes > MAX_IMPORT_BYTES)
      throw new TableError(
        "TABLE_TOO_LARGE",
        `The text has ${sizeBytes} bytes and may have ${MAX_IMPORT_BYTES}. Split it into several sets.`,
      );
    return csv == null ? readJson(text) : readTable(readCsv(text, limits), mapping);
  });
}

const limits = { rows: MAX_ROWS, bytes: MAX_FILE_BYTES } as const;

/** Has errors of tables name the field that the table came in. */
async function placing<T>(field: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    const { code, message, line, column } = error;
    throw new InvalidTableError(code, message, { field, line, column });
  }
}
