import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { readRows, readXlsx, TableError } from "./index.ts";
import { textCell as text, workbook } from "./testing/workbook.ts";

const header = `<row r="1">${text("A1", "quote")}${text("B1", "seconds")}</row>`;

const refusal = (input: Uint8Array, limits = {}) =>
  readXlsx(input, limits).then(
    () => "read",
    (error: unknown) => (error instanceof TableError ? error.code : error),
  );

test("rows of a workbook have the numbers of its sheet, and values become texts", async () => {
  const rows = [
    `<row r="3">${text("A3", " a &lt;b>\r\nc ")}<c r="B3"><v>4.5</v></c></row>`,
    `<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="e"><v>#REF!</v></c></row>`,
  ];
  const table = await readXlsx(workbook(header + rows.join("")));
  expect(table).toEqual({
    columns: ["quote", "seconds"],
    rows: [
      { line: 3, cells: ["a <b>\nc", "4.5"] },
      { line: 4, cells: ["true", ""] },
    ],
    ...{ issues: [], skipped: [] },
  });
});

test("workbooks that unpack to too much are refused before they are parsed", async () => {
  const far = `<row r="300000"><c r="ZZ300000"><v>1</v></c></row>`;
  const hidden = `<row r="2"><c x=">" r='XFD1048576'><v>1</v></c></row>`;
  const coded = `<row r="2"><c r="&#90;Z300000"><v>1</v></c></row>`;
  const shared = `<row r="2">${text("A2", "x".repeat(600))}${text("B2", "x".repeat(600))}</row>`;
  const bomb = zipSync({ "xl/worksheets/sheet1.xml": new Uint8Array(70 * 1024 ** 2) });
  expect([
    await refusal(workbook(header + far)),
    await refusal(workbook(header + hidden)),
    await refusal(workbook(header + coded)),
    await refusal(workbook(header + shared), { bytes: 1_000 }),
    await refusal(bomb),
    await refusal(zipSync({ "a.txt": strToU8("a") })),
    await refusal(strToU8("PK\u0003\u0004 nothing")),
    await refusal(workbook("")),
  ]).toEqual([
    ...["TABLE_TOO_LARGE", "TABLE_TOO_LARGE", "WORKBOOK_INVALID", "TABLE_TOO_LARGE"],
    ...["TABLE_TOO_LARGE", "WORKBOOK_INVALID", "WORKBOOK_INVALID", "TABLE_EMPTY"],
  ]);
});

test("rows of JSON are numbered, and their columns are the fields of all rows", () => {
  const table = readRows('[{"a":" x "},{"b":2,"a":null},{"b":[1,true]}]');
  expect(table).toMatchObject({
    columns: ["a", "b"],
    rows: [
      { line: 1, cells: ["x", ""] },
      { line: 2, cells: ["", "2"] },
      { line: 3, cells: ["", "[1,true]"] },
    ],
  });
  const codeOf = (json: string) => {
    try {
      return readRows(json).rows.length;
    } catch (error) {
      return error instanceof TableError ? [error.code, error.line] : error;
    }
  };
  expect([codeOf('{"rows":[{"a":1}]}'), codeOf("{"), codeOf("{}"), codeOf("[[]]"), codeOf("[]")]).toEqual([
    1,
    ...[
      ["JSON_INVALID", null],
      ["JSON_SHAPE_UNKNOWN", null],
      ["JSON_SHAPE_UNKNOWN", 1],
      ["TABLE_EMPTY", null],
    ],
  ]);
});
