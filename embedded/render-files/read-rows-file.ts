import { readFile } from "node:fs/promises";
import path from "node:path";
import { readCsv, type Table, TableError } from "@reelay/tables";
import { builtInTemplates, loadTemplate } from "@reelay/templates";
import { checkColumns } from "../../src/batches/index.ts";

/** A CSV of which each row becomes a video. */
export interface RowsSource {
  kind: "rows";
  name: string;
  template: string;
  path: string;
  sizeBytes: number;
  /** Null: it is too large for a request, and is uploaded. */
  csv: string | null;
  /** Number of rows. */
  rows: number;
}

const DEFAULT_TEMPLATE = "quiz-classic";
/** A request of the API has at most 1 MiB. */
const MAX_REQUEST_BYTES = 900 * 1024;

/** Quotes and line breaks take two bytes in JSON. */
const fitsRequest = (text: string): boolean => Buffer.byteLength(JSON.stringify(text)) <= MAX_REQUEST_BYTES;

/** The rows, or a sentence about why the file has none. */
export async function readRowsFile(file: string, template = DEFAULT_TEMPLATE): Promise<RowsSource | string> {
  const name = path.basename(file);
  const bytes = await readFile(file);
  const sizeBytes = bytes.byteLength;
  try {
    const table = readCsv(bytes);
    const problem = await findProblem(table, template);
    if (problem !== null) return `${name}, line 1: ${problem}`;
    const { rows, skipped } = table;
    const text = sizeBytes > MAX_REQUEST_BYTES ? null : new TextDecoder().decode(bytes);
    const csv = text !== null && fitsRequest(text) ? text : null;
    return {
      ...{ kind: "rows", name, template, path: file, sizeBytes, csv },
      rows: rows.length + skipped.length,
    };
  } catch (error) {
    if (error instanceof TableError) return `${name}: ${error.message}`;
    throw error;
  }
}

/**
 * What the header lacks, in words of the command line; null: nothing. Only the API knows templates of the
 * workspace.
 */
async function findProblem({ columns }: Pick<Table, "columns">, template: string): Promise<string | null> {
  const folder = (await builtInTemplates()).get(template);
  if (folder === undefined) return null;
  const { manifest } = await loadTemplate(folder);
  const { required, missing, similar, isUsed } = checkColumns(manifest, columns);
  if (missing.length === 0 && isUsed) return null;
  const lacks =
    missing.length === 0
      ? `no column is one of the template ${template}`
      : `${missing.length === 1 ? "the column" : "the columns"} ${listOf(missing)} ${missing.length === 1 ? "is" : "are"} missing`;
  const needs =
    required.length === 0
      ? ""
      : ` The template ${template} needs ${listOf(required)}, and the first line has ${listOf(columns.map(shown))}.`;
  const renamed = similar.map(({ column, name }) => ` Rename ${shown(column)} to ${name}?`).join("");
  return `${lacks}.${needs}${renamed} Correct the first line, or choose another template with --template.`;
}

/** Characters of a name, and columns, that are shown. */
const SHOWN_LENGTH = 60;
const SHOWN_COLUMNS = 12;
const shown = (name: string): string => JSON.stringify(name.slice(0, SHOWN_LENGTH));

function listOf(names: readonly string[]): string {
  const more = names.length - SHOWN_COLUMNS;
  const listed = more > 0 ? [...names.slice(0, SHOWN_COLUMNS), `${more} more`] : names;
  const last = listed.at(-1) ?? "";
  return listed.length < 2 ? last : `${listed.slice(0, -1).join(", ")} and ${last}`;
}
