/**
 * Spreadsheets run cells that begin with these characters. An apostrophe before them makes the cell a text.
 * Cells that begin with apostrophes and such a character get one more, so that reading removes exactly what
 * writing has added.
 */
const DANGEROUS = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const DEFUSED = /^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** The cell as a spreadsheet may open it. Pure. */
export const defuse = (cell: string): string => (DANGEROUS.test(cell) ? `'${cell}` : cell);

/** The cell before `defuse`. Pure. */
export const undefuse = (cell: string): string => (DEFUSED.test(cell) ? cell.slice(1) : cell);
