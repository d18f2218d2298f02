import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readCsv, TableError, writeCsv } from "./index.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function refusal(input: Uint8Array | string, limits = {}): object {
  try {
    readCsv(input, limits);
  } catch (error) {
    if (error instanceof TableError)
      return { code: error.code, line: error.line, column: error.column, message: error.message };
    throw error;
  }
  throw new Error("The table was read.");
}

test.each([
  ["commas", "question,answer\nWho?,me\n"],
  ["semicolons, although cells have commas", 'question;answer\r\n"Who?";me\r\n'],
  ["tabs and an empty last column", "question\tanswer\t\nWho?\tme\t\n"],
  ["bars", " question | answer \n Who? | me \n"],
  ["a byte order mark, and carriage returns only", "\u{feff}question,answer\rWho?,me"],
  ["Excel's note of the delimiter", "sep=;\nquestion;answer\nWho?;me"],
  ["empty lines and rows of empty cells", "\n\nquestion,answer\n\n,\nWho?,me\n,,\n\n"],
])("a table with %s is read", (_title, text) => {
  for (const input of [text, bytes(text)]) {
    const { columns, rows, issues } = readCsv(input);
    expect({ columns, cells: rows.map(({ cells }) => cells), issues }).toEqual({
      columns: ["question", "answer"],
      cells: [["Who?", "me"]],
      issues: [],
    });
  }
});

test("rows know their lines, also with line breaks in cells", () => {
  const { rows } = readCsv('a,b\n1,"x\ny\r\nz"\n\n"he said ""no""",2\r\n3,\n');
  expect(rows).toEqual([
    { line: 2, cells: ["1", "x\ny\nz"] },
    { line: 6, cells: ['he said "no"', "2"] },
    { line: 7, cells: ["3", ""] },
  ]);
});

test("a row that does not fit is an issue, and the others are read", () => {
  const table = readCsv(`a,b\n1,2\n1\n1,2,3\n1,${"x".repeat(11)}\n"1\n",\n3,4\n`, { cellLength: 10 });
  expect(table.rows.map(({ line }) => line)).toEqual([2, 6, 8]);
  expect(table.issues).toEqual([
    {
      ...{ line: 3, column: null, code: "ROW_TOO_SHORT" },
      message:
        "The header names 2 columns, and the row has 1. A cell that contains the delimiter or a line break needs quotes around it. Leave unused cells empty.",
    },
    {
      ...{ line: 4, column: null, code: "ROW_TOO_LONG" },
      message:
        "The header names 2 columns, and the row has 3. A cell that contains the delimiter or a line break needs quotes around it.",
    },
    {
      ...{ line: 5, column: "b", code: "CELL_TOO_LONG" },
      message: "The cell has 11 characters and may have 10. Shorten it.",
    },
  ]);
});

test.each([
  ["nothing", "", { code: "TABLE_EMPTY", line: null }],
  ["only empty lines", "\n , \n", { code: "TABLE_EMPTY", line: null }],
  [
    "a quote that nothing closes",
    'a,b\n1,"x\ny"\n1,"x\n1,2\n',
    { code: "QUOTES_INVALID", line: 4, column: 2 },
  ],
  ["a text after a quote", 'sep=,\na,b\n1,"x"y\n', { code: "QUOTES_INVALID", line: 3, column: 2 }],
  ["a quote in the middle", 'a,b\n1,5" disk\n', { code: "QUOTES_INVALID", line: 2, column: 2 }],
  ["too many rows", "a\n1\n2\n\n3\n4\n", { code: "ROWS_TOO_MANY", line: 5 }],
  ["too many columns", "a,b,c,d\n", { code: "COLUMNS_TOO_MANY", line: 1 }],
  ["a column twice", "\na,b,A\n", { code: "COLUMN_DUPLICATE", line: 2, column: 3 }],
  ["a column without a name", "a,,b\n", { code: "COLUMN_UNNAMED", line: 1, column: 2 }],
  ["too many bytes", "a\n".padEnd(101), { code: "TABLE_TOO_LARGE", line: null }],
  ["zero bytes", "a\nb\0c", { code: "ENCODING_UNSUPPORTED", line: 2, column: 2 }],
])("a table with %s is refused with its place", (_title, text, expected) => {
  expect(refusal(text, { rows: 2, columns: 3, bytes: 100 })).toMatchObject(expected);
});

test.each([
  ["Latin-1", Buffer.from("a,b\nx,caf\xe9", "latin1"), { line: 2, column: 6 }],
  ["UTF-16", Buffer.from("\u{feff}a,b", "utf16le"), { line: null }],
  ["a workbook", Buffer.from("PK\x03\x04..."), { line: null }],
  ["a character cut off at the end", bytes("a,b\n1,é").slice(0, -1), { line: 2, column: 3 }],
])("a file in %s is refused with the remedy", (_title, input, place) => {
  const error = refusal(input);
  expect(error).toMatchObject({ code: "ENCODING_UNSUPPORTED", ...place });
  expect(error).toHaveProperty("message", expect.stringContaining("UTF-8"));
});

const cell = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom("=", "+", "-", "@", "'", '"', ",", ";", "\n", "\t", "1", "＝") }),
  )
  .map((text) => text.replaceAll("\0", "").replaceAll("\r", "\n").trim())
  .filter((text) => text.isWellFormed());

test("what is written is read again, and no cell of it is run by a spreadsheet", () => {
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.array(
      fc.array(cell, { minLength: width, maxLength: width }).filter((row) => row.some((text) => text !== "")),
      { maxLength: 5 },
    ),
  );
  fc.assert(
    fc.property(table, (rows) => {
      const columns = (rows[0] ?? ["a"]).map((_, at) => `column ${at}`);
      const text = writeCsv(columns, rows);
      expect(readCsv(text).rows.map(({ cells }) => cells)).toEqual(rows);
      for (const one of parse(text, { bom: true }).flat()) expect(one).not.toMatch(/^[=+\-@\t＝＋－＠]/);
    }),
    { numRuns: 300 },
  );
  expect(writeCsv(["a"], [["=1+1"], ["'=1"], ["@x, y"], ["-5"], ["3-2"]])).toBe(
    "\u{feff}a\r\n'=1+1\r\n''=1\r\n\"'@x, y\"\r\n'-5\r\n3-2\r\n",
  );
});
