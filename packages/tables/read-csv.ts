import { CsvError, parse } from "csv-parse/sync";
import { decodeText } from "./decode-text.ts";
import { findDelimiter } from "./find-delimiter.ts";
import { undefuse } from "./formulas.ts";
import { assertBytes, toTable } from "./judge-rows.ts";
import { defaultLimits, type Table, TableError, type TableLimits, type TableRow } from "./table.ts";

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
  assertBytes(typeof input === "string" ? Buffer.byteLength(input) : input.byteLength, most);
  const text = typeof input === "string" ? input.replace(/^\u{feff}/u, "") : decodeText(input);
  assertText(text);
  const { delimiter, body, skipped } = findDelimiter(text);
  return toTable(
    parseRecords(body.replace(LINE_BREAK, "\n"), { delimiter, skipped, most: most.rows + 2 }),
    most,
  );
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
