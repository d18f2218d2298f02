/** A table of texts, as read from a file. */
export interface Table {
  /** Names of the columns, trimmed, in the order of the file. Distinct. */
  columns: string[];
  rows: TableRow[];
  /** Rows that were left out, in the order of the file. */
  issues: RowIssue[];
  /** The rows of `issues`, with as many cells as the file has. */
  skipped: TableRow[];
}

export interface TableRow {
  /** Line of the file where the row begins, from 1. */
  line: number;
  /** One per column, without spaces at the ends. */
  cells: string[];
}

/** Why a row is not used, or should be looked at. */
export interface RowIssue {
  /** Line of the file where the row begins, from 1; null for a file without lines. */
  line: number | null;
  /** Name of the column; null: the row as a whole. */
  column: string | null;
  /** Stable, upper snake case. */
  code: string;
  /** What is wrong and what to do, without the line. */
  message: string;
}

export interface TableLimits {
  /** Size of the file. */
  bytes: number;
  /** Without the header. */
  rows: number;
  columns: number;
  /** Characters of a cell. */
  cellLength: number;
}

export const defaultLimits: TableLimits = {
  ...{ bytes: 10 * 1024 ** 2, rows: 10_000, columns: 100, cellLength: 10_000 },
};

/** The table as a whole cannot be read. */
export class TableError extends Error {
  /** Stable, upper snake case. */
  readonly code: string;
  /** From 1; null: the file as a whole. */
  readonly line: number | null;
  /**
   * From 1; null if unknown. With `ENCODING_UNSUPPORTED` it counts characters of the line, else columns of
   * the table.
   */
  readonly column: number | null;
  constructor(
    code: string,
    message: string,
    { line = null, column = null }: { line?: number | null; column?: number | null } = {},
  ) {
    super(line === null ? message : `Line ${line}${column === null ? "" : `, column ${column}`}: ${message}`);
    this.code = code;
    this.line = line;
    this.column = column;
  }
}
