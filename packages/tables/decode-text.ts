import { isUtf8 } from "node:buffer";
import { TableError } from "./table.ts";

const REMEDY = "Save the file as CSV with the encoding UTF-8 (in Excel: “CSV UTF-8”).";
const LINE_FEED = 0x0a;

/** First bytes of files that are no UTF-8 text. */
const signatures: readonly { bytes: readonly number[]; name: string }[] = [
  { bytes: [0xff, 0xfe], name: "a text in UTF-16" },
  { bytes: [0xfe, 0xff], name: "a text in UTF-16" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], name: "a workbook or an archive, not a text" },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], name: "an old Excel workbook, not a text" },
  { bytes: [0x25, 0x50, 0x44, 0x46], name: "a PDF document, not a text" },
];

/**
 * UTF-8, without its byte order mark. Throws `TableError` (`ENCODING_UNSUPPORTED`) with the line and the
 * character of the first byte that is none.
 */
export function decodeText(bytes: Uint8Array): string {
  const known = signatures.find((one) => one.bytes.every((byte, at) => bytes[at] === byte));
  if (known !== undefined)
    throw new TableError("ENCODING_UNSUPPORTED", `The file is ${known.name}. ${REMEDY}`);
  if (!isUtf8(bytes)) throw notUtf8(bytes);
  return new TextDecoder().decode(bytes);
}

/** A line feed is never part of a longer character, so lines can be looked at one by one. */
function notUtf8(bytes: Uint8Array): TableError {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    const part = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (!isUtf8(part)) {
      const column = new TextDecoder().decode(part).indexOf("\u{fffd}") + 1;
      return new TableError("ENCODING_UNSUPPORTED", `The file is not UTF-8 from here on. ${REMEDY}`, {
        line,
        column,
      });
    }
    if (end === -1) return new TableError("ENCODING_UNSUPPORTED", `The file is not UTF-8. ${REMEDY}`);
    start = end + 1;
  }
}
