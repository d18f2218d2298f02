import { defuse } from "./formulas.ts";

const NEEDS_QUOTES = /[",\r\n\t;|]|^\s|\s$/;

/**
 * A CSV that spreadsheets open as texts: UTF-8 with a byte order mark, commas, lines that end with CR LF.
 * Cells that a spreadsheet would run begin with an apostrophe, which `readCsv` removes.
 */
export const writeCsv = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  `\u{feff}${[columns, ...rows].map((cells) => `${cells.map(toCell).join(",")}\r\n`).join("")}`;

function toCell(text: string): string {
  const safe = defuse(text);
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
