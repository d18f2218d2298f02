/**
 * Tables as CSV, Excel workbooks and JSON: read with limits and the places of faults, written so that
 * spreadsheets run nothing.
 */
export { readCsv } from "./read-csv.ts";
export { readRows } from "./read-rows.ts";
export { readXlsx } from "./read-xlsx.ts";
export { type RowIssue, type Table, TableError, type TableLimits, type TableRow } from "./table.ts";
export { writeCsv } from "./write-csv.ts";
