/** What tables of every format have in common: a header with distinct names, and rows that fit it. */
import { type RowIssue, type Table, TableError, type TableLimits, type TableRow } from "./table.ts";

/** Characters of a name that an error quotes. */
const QUOTED_LENGTH = 60;

/** Throws `TableError` (`TABLE_TOO_LARGE`). */
export function assertBytes(sizeBytes: number, most: TableLimits): void {
  if (sizeBytes > most.bytes)
    throw new TableError(
      "TABLE_TOO_LARGE",
      `The table has ${sizeBytes} bytes and may have ${most.bytes}. Split it into several files.`,
    );
}

/**
 * The first record is the header. Throws `TableError`: `TABLE_EMPTY`, `ROWS_TOO_MANY`, `COLUMNS_TOO_MANY`,
 * `COLUMN_UNNAMED`, `COLUMN_DUPLICATE`.
 */
export function toTable([header, ...records]: readonly TableRow[], most: TableLimits): Table {
  if (header === undefined)
    throw new TableError(
      "TABLE_EMPTY",
      "The table is empty. Its first line names the columns, and each further line is a row.",
    );
  const beyond = records[most.rows];
  if (beyond !== undefined)
    throw new TableError(
      "ROWS_TOO_MANY",
      `The table may have ${most.rows} rows, and has more. Split it into several files.`,
      { line: beyond.line },
    );
  const columns = readHeader(header, most.columns);
  const issues: RowIssue[] = [];
  const skipped: TableRow[] = [];
  const rows = records.flatMap((record) => {
    const issue = judge(record, columns, most);
    if (issue === null) return [{ ...record, cells: record.cells.slice(0, columns.length) }];
    issues.push({ line: record.line, ...issue });
    skipped.push(record);
    return [];
  });
  return { columns, rows, issues, skipped };
}

function readHeader({ cells, line }: TableRow, most: number): string[] {
  const columns = cells.slice(0, cells.findLastIndex((name) => name !== "") + 1);
  if (columns.length > most)
    throw new TableError(
      "COLUMNS_TOO_MANY",
      `The table has ${columns.length} columns and may have ${most}. Remove those that are not needed.`,
      { line },
    );
  for (const [at, name] of columns.entries()) {
    const place = { line, column: at + 1 };
    if (name === "")
      throw new TableError("COLUMN_UNNAMED", "The column has no name. Name it, or remove it.", place);
    const first = columns.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (first === at) continue;
    const shown = JSON.stringify(name.slice(0, QUOTED_LENGTH));
    throw new TableError(
      "COLUMN_DUPLICATE",
      `The name ${shown} is that of column ${first + 1}, too. Rename or remove one of them.`,
      place,
    );
  }
  return columns;
}

/** Why a row cannot be used; null if it can. Empty cells beyond the last column are ignored. */
function judge(
  { cells }: TableRow,
  columns: readonly string[],
  { cellLength }: TableLimits,
): Omit<RowIssue, "line"> | null {
  const used = Math.max(columns.length, cells.findLastIndex((cell) => cell !== "") + 1);
  const counts = `The header names ${columns.length} columns, and the row has ${used > columns.length ? used : cells.length}.`;
  const quotes = "A cell that contains the delimiter or a line break needs quotes around it.";
  if (used > columns.length)
    return {
      column: null,
      code: "ROW_TOO_LONG",
      message: `${counts} ${quotes}`,
    };
  if (cells.length < columns.length)
    return {
      column: null,
      code: "ROW_TOO_SHORT",
      message: `${counts} ${quotes} Leave unused cells empty.`,
    };
  const long = cells.findIndex((cell) => cell.length > cellLength);
  if (long === -1) return null;
  return {
    column: columns[long] ?? null,
    code: "CELL_TOO_LONG",
    message: `The cell has ${cells[long]?.length} characters and may have ${cellLength}. Shorten it.`,
  };
}
