import { CsvError, parse } from "csv-parse/sync";
import { decodeText } from "./decode-text.ts";
import { findDelimiter } from "./find-delimiter.ts";
import { undefuse } from "./formulas.ts";
import { type RowIssue, type Table, TableError, type TableLimits, type TableRow } from "./table.ts";

const defaultLimits: TableLimits = { bytes: 10 * 1024 ** 2, rows: 10_000, columns: 100, cellLength: 10_000 };

/** Characters of a name that an error quotes. */
const QUOTED_LENGTH = 60;
const LINE_BREAK = /\r\n?/g;

/**
 * Reads a CSV: UTF-8 with or without a byte order mark; cells separated by commas, semicolons, tabs or bars,
 * found by the header; quoted cells may contain line breaks, which become line feeds. Removes empty lines and
 * the apostrophes of `writeCsv`. Rows with too many or too few cells, or with a cell that is too long, become
 * issues.
 *
 * `limits`: default 10 MiB, 10,000 rows, 100 columns, 10,000 characters per cell.
 *
 * Throws `TableError`: `TABLE_TOO_LARGE`, `ENCODING_UNSUPPORTED`, `TABLE_EMPTY`, `QUOTES_INVALID`,
 * `COLUMNS_TOO_MANY`, `COLUMN_UNNAMED`, `COLUMN_DUPLICATE`, `ROWS_TOO_MANY`.
 */
export function readCsv(input: Uint8Array | string, limits: Partial<TableLimits> = {}): Table {
  const most = { ...defaultLimits, ...limits };
  const sizeBytes = typeof input === "string" ? Buffer.byteLength(input) : input.byteLength;
  if (sizeBytes > most.bytes)
    throw new TableError(
      "TABLE_TOO_LARGE",
      `The table has ${sizeBytes} bytes and may have ${most.bytes}. Split it into several files.`,
    );
  const text = typeof input === "string" ? input.replace(/^\u{feff}/u, "") : decodeText(input);
  assertText(text);
  const { delimiter, body, skipped } = findDelimiter(text);
  const [header, ...records] = parseRecords(body.replace(LINE_BREAK, "\n"), {
    delimiter,
    skipped,
    most: most.rows + 2,
  });
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
  const rows = records.flatMap((record) => {
    const issue = judge(record, columns, most);
    if (issue !== null) issues.push({ line: record.line, ...issue });
    return issue === null ? [{ ...record, cells: record.cells.slice(0, columns.length) }] : [];
  });
  return { columns, rows, issues };
}

/** UTF-16 without a byte order mark is UTF-8 with a zero in every second byte. */
function assertText(text: string): void {
  const at = text.indexOf("\0");
  if (at === -1) return;
  const lines = text.slice(0, at).split("\n");
  throw new TableError(
    "ENCODING_UNSUPPORTED",
    "The file has a zero byte here, which no text has. Save the file as CSV with the encoding UTF-8.",
    { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 },
  );
}

/** Records with their lines; without those whose cells are all empty. At most `most`. */
function parseRecords(
  body: string,
  { delimiter, skipped, most }: { delimiter: string; skipped: number; most: number },
): TableRow[] {
  const records: TableRow[] = [];
  let end = skipped;
  try {
    parse(body, {
      delimiter,
      record_delimiter: "\n",
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      to: most,
      on_record: (cells: string[], { lines }) => {
        end = skipped + lines;
        const breaks = cells.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
        records.push({ line: end - breaks, cells: cells.map((cell) => undefuse(cell.trim())) });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const column = typeof error["column"] === "number" ? error["column"] + 1 : null;
    const isOpen = error.code === "CSV_QUOTE_NOT_CLOSED";
    throw new TableError(
      "QUOTES_INVALID",
      isOpen
        ? 'A quote opens a cell here, and no quote closes it. Close it, or write quotes that belong to the text twice: "".'
        : 'The quotes of this cell are not paired. Put the whole cell in quotes, and write quotes that belong to the text twice: "".',
      { line: isOpen ? end + 1 : skipped + Number(error["lines"]), column },
    );
  }
  return records;
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
