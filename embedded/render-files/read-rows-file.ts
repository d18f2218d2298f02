import { readFile } from "node:fs/promises";
import path from "node:path";
import { readCsv, TableError } from "@reelay/tables";

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
    const { rows, skipped } = readCsv(bytes);
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
