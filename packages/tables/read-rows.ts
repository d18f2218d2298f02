import { assertBytes, toTable } from "./judge-rows.ts";
import { defaultLimits, type Table, TableError, type TableLimits, type TableRow } from "./table.ts";

/**
 * Reads rows from JSON: an array of objects whose fields are the columns, or `{ "rows": [...] }`. A row's
 * `line` is its number, from 1. Cells are texts, numbers, truth values or null; lists and objects become JSON
 * texts.
 *
 * Throws `TableError`: `JSON_INVALID`, `JSON_SHAPE_UNKNOWN`, and those of `readCsv` but `QUOTES_INVALID`.
 */
export function readRows(text: string, limits: Partial<TableLimits> = {}): Table {
  const most = { ...defaultLimits, ...limits };
  assertBytes(Buffer.byteLength(text), most);
  const entries = findRows(parse(text));
  const columns = [...new Set(entries.slice(0, most.rows + 1).flatMap((entry) => Object.keys(entry)))];
  const header: TableRow[] =
    columns.length === 0 ? [] : [{ line: 1, cells: columns.map((name) => name.trim()) }];
  return toTable(
    [
      ...header,
      ...entries.map((entry, at) => ({ line: at + 1, cells: columns.map((name) => toText(entry[name])) })),
    ],
    most,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\u{feff}/u, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : "";
    throw new TableError("JSON_INVALID", `The text is not JSON: ${reason}. Send valid JSON, or a CSV.`);
  }
}

type Entry = Readonly<Record<string, unknown>>;
const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function findRows(value: unknown): Entry[] {
  const rows: unknown = isEntry(value) ? value["rows"] : value;
  if (!Array.isArray(rows))
    throw new TableError(
      "JSON_SHAPE_UNKNOWN",
      'The JSON has no list of rows. Send `[{ "column": "value" }]`.',
    );
  return rows.map((entry: unknown, at) => {
    if (isEntry(entry)) return entry;
    throw new TableError(
      "JSON_SHAPE_UNKNOWN",
      'The row is not an object. Write each row as `{ "column": "value" }`.',
      { line: at + 1 },
    );
  });
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value.trim() : JSON.stringify(value);
}
