import { readFile } from "node:fs/promises";
import path from "node:path";
import { readCsv, TableError } from "@reelay/tables";

/** A CSV of which each row becomes a video. */
export interface RowsSource {
  kind: "rows";
  name: string;
  template: string;
  csv: string;
  /** Number of rows. */
  rows: number;
}

const DEFAULT_TEMPLATE = "quiz-classic";
/** A request of the API has at most 1 MiB. */
const MAX_BYTES = 900 * 1024;

/** The rows, or a sentence about why the file has none. */
export async function readRowsFile(file: string, template = DEFAULT_TEMPLATE): Promise<RowsSource | string> {
  const name = path.basename(file);
  const bytes = await readFile(file);
  if (bytes.byteLength > MAX_BYTES)
    return `${name} has ${bytes.byteLength} bytes, and --each-row reads ${MAX_BYTES}: divide it into several.`;
  try {
    const { rows, skipped } = readCsv(bytes);
    const csv = new TextDecoder().decode(bytes);
    return { kind: "rows", name, template, csv, rows: rows.length + skipped.length };
  } catch (error) {
    if (error instanceof TableError) return `${name}: ${error.message}`;
    throw error;
  }
}
