import { strFromU8, unzipSync, zipSync } from "fflate";
import { readSheet } from "read-excel-file/universal";
import { assertBytes, toTable } from "./judge-rows.ts";
import { defaultLimits, type Table, TableError, type TableLimits, type TableRow } from "./table.ts";

/** Bytes of the unpacked XML. A workbook of 10,000 rows and ten columns has about 8 MiB. */
const MAX_UNPACKED_BYTES = 64 * 1024 ** 2;
/** Cells of the rectangle from A1 to the last cell: the reader holds all of them, the empty ones too. */
const MAX_CELLS = 4_000_000;
/** Start of a row or a cell, up to the next element. */
const PLACED = /<(?:[\w.-]{1,40}:)?(?:c|row)(?=[\s/>])([^<]*)/g;
const ADDRESS = /\sr\s*=\s*["']([^"']{0,40})/g;
const PLAIN_ADDRESS = /^([A-Z]{0,3})(\d{1,7})$/;

/**
 * Reads the first sheet of an Excel workbook. A row's `line` is its number in the sheet. Numbers, dates (ISO
 * 8601) and truth values become texts; cells with errors are empty, formulas count as their last values.
 *
 * The XML is unpacked within a limit, and the addresses of its cells are checked before it is parsed: a small
 * file can unpack to gigabytes, and a single far cell makes a table of millions.
 *
 * Throws `TableError`: `WORKBOOK_INVALID`, and those of `readCsv` but `QUOTES_INVALID`.
 */
export async function readXlsx(input: Uint8Array, limits: Partial<TableLimits> = {}): Promise<Table> {
  const most = { ...defaultLimits, ...limits };
  assertBytes(input.byteLength, most);
  const files = unpack(input);
  assertAddresses(files);
  // Stored without compression, so that nothing else is unpacked.
  const checked = zipSync(files, { level: 0 });
  const sheet = await readSheet(checked.slice().buffer).catch((error: unknown) => {
    throw invalid(error instanceof Error ? error.message.slice(0, 200) : "");
  });
  let characters = 0;
  const records = sheet.flatMap((row, at): TableRow[] => {
    const cells = row.map((cell) => toText(cell));
    characters += cells.reduce((sum, cell) => sum + cell.length, 0);
    // Cells may share a text that the file has once.
    if (characters > most.bytes) throw tooLarge(`${characters} characters up to row ${at + 1}`, most.bytes);
    return cells.some((cell) => cell !== "") ? [{ line: at + 1, cells }] : [];
  });
  return toTable(records, most);
}

function unpack(input: Uint8Array): Record<string, Uint8Array> {
  let bytes = 0;
  const isWanted = (name: string, sizeBytes: number): boolean => {
    if (!/\.xml(?:\.rels)?$/.test(name)) return false;
    bytes += sizeBytes;
    if (bytes > MAX_UNPACKED_BYTES) throw tooLarge(`${bytes} bytes when unpacked`, MAX_UNPACKED_BYTES);
    return true;
  };
  try {
    // A file that is larger than the archive says is cut off there.
    return unzipSync(input, { filter: ({ name, originalSize }) => isWanted(name, originalSize) });
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw invalid("The archive is damaged.");
  }
}

/** Throws `TableError` unless the rectangle of all cells is small enough. */
function assertAddresses(files: Record<string, Uint8Array>): void {
  for (const file of Object.values(files)) {
    const last = { row: 1, column: 1 };
    let placed = 0;
    for (const [, attributes = ""] of strFromU8(file).matchAll(PLACED)) {
      placed += 1;
      for (const [, address = ""] of attributes.matchAll(ADDRESS)) {
        const plain = PLAIN_ADDRESS.exec(address);
        if (plain === null) throw invalid(`${JSON.stringify(address)} is not the address of a cell.`);
        last.row = Math.max(last.row, Number(plain[2]));
        last.column = Math.max(last.column, columnNumber(plain[1] ?? ""));
      }
    }
    if (placed > MAX_CELLS || last.row * last.column > MAX_CELLS)
      throw tooLarge(`${last.row} rows and ${last.column} columns up to its last cell`, MAX_CELLS);
  }
}

const columnNumber = (letters: string): number =>
  Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

function toText(cell: unknown): string {
  if (typeof cell === "string") return cell.replace(/\r\n?/g, "\n").trim();
  if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
  if (!(cell instanceof Date)) return "";
  return Number.isNaN(cell.getTime()) ? "" : cell.toISOString().replace(/T00:00:00\.000Z$/, "");
}

const invalid = (reason: string): TableError =>
  new TableError(
    "WORKBOOK_INVALID",
    `The file is not an Excel workbook (.xlsx) that can be read. ${reason} Save it again, or save the sheet as “CSV UTF-8”.`,
  );

const tooLarge = (found: string, limit: number): TableError =>
  new TableError(
    "TABLE_TOO_LARGE",
    `The workbook has ${found}; the limit is ${limit}. Copy the rows into a new workbook, or save the sheet as “CSV UTF-8”.`,
  );
