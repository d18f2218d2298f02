/** Excel workbooks for tests. */
import { strToU8, zipSync } from "fflate";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A workbook with this XML in the data of its sheet. */
export function workbook(data: string): Uint8Array {
  return zipSync({
    "[Content_Types].xml": strToU8("<Types/>"),
    "xl/workbook.xml": strToU8(
      `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    "xl/_rels/workbook.xml.rels": strToU8(
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    ),
    "xl/worksheets/sheet1.xml": strToU8(
      `<worksheet xmlns="${MAIN}"><sheetData>${data}</sheetData></worksheet>`,
    ),
  });
}

/** A cell with a text, which is escaped already. */
export const textCell = (address: string, value: string): string =>
  `<c r="${address}" t="inlineStr"><is><t>${value}</t></is></c>`;

const escaped = (value: string): string => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A workbook whose sheet has these rows, of at most 26 cells. */
export const workbookOf = (rows: readonly (readonly string[])[]): Uint8Array =>
  workbook(
    rows
      .map((cells, row) => {
        const written = cells.map((cell, at) =>
          textCell(`${String.fromCharCode(65 + at)}${row + 1}`, escaped(cell)),
        );
        return `<row r="${row + 1}">${written.join("")}</row>`;
      })
      .join(""),
  );
