/**
 * A material's kind by its first bytes, never by its name. Only formats that scripts can use are recognized:
 * the list is closed, and nothing beyond these bytes is parsed. Files are opened in the painter's jail alone.
 */
import type { MaterialKind } from "../../prisma/generated/enums.ts";

/** A picture in text may begin with a long comment. */
export const HEAD_BYTES = 64 * 1024;

export interface MaterialContent {
  kind: MaterialKind;
  contentType: string;
}

interface Format extends MaterialContent {
  matches: (head: Buffer) => boolean;
}

const at =
  (offset: number, signature: string) =>
  (head: Buffer): boolean =>
    head.toString("latin1", offset, offset + signature.length) === signature;
const all =
  (...conditions: readonly ((head: Buffer) => boolean)[]) =>
  (head: Buffer): boolean =>
    conditions.every((matches) => matches(head));
const any =
  (...conditions: readonly ((head: Buffer) => boolean)[]) =>
  (head: Buffer): boolean =>
    conditions.some((matches) => matches(head));

/** Brands of ISO media files that are pictures. */
const PICTURE_BRAND = /^(?:avi[fs]|hei[cfmsx]|hev[cmsx]|mif1|msf1|crx )/;
const isMp4 = (head: Buffer): boolean =>
  at(4, "ftyp")(head) && !PICTURE_BRAND.test(head.toString("latin1", 8, 12));
/** Of Matroska and WebM. */
const EBML = "\x1aE\xdf\xa3";

const formats: readonly Format[] = [
  { kind: "FONT", contentType: "font/ttf", matches: any(at(0, "\0\x01\0\0"), at(0, "true")) },
  { kind: "FONT", contentType: "font/otf", matches: at(0, "OTTO") },
  { kind: "FONT", contentType: "font/collection", matches: at(0, "ttcf") },
  { kind: "IMAGE", contentType: "image/png", matches: at(0, "\x89PNG\r\n\x1a\n") },
  { kind: "IMAGE", contentType: "image/jpeg", matches: at(0, "\xff\xd8\xff") },
  { kind: "IMAGE", contentType: "image/gif", matches: any(at(0, "GIF87a"), at(0, "GIF89a")) },
  { kind: "IMAGE", contentType: "image/webp", matches: all(at(0, "RIFF"), at(8, "WEBP")) },
  { kind: "IMAGE", contentType: "image/bmp", matches: all(at(0, "BM"), at(6, "\0\0\0\0")) },
  { kind: "IMAGE", contentType: "image/tiff", matches: any(at(0, "II*\0"), at(0, "MM\0*")) },
  { kind: "AUDIO", contentType: "audio/wav", matches: all(at(0, "RIFF"), at(8, "WAVE")) },
  { kind: "AUDIO", contentType: "audio/flac", matches: at(0, "fLaC") },
  { kind: "AUDIO", contentType: "audio/ogg", matches: at(0, "OggS") },
  {
    kind: "AUDIO",
    contentType: "audio/aiff",
    matches: all(at(0, "FORM"), any(at(8, "AIFF"), at(8, "AIFC"))),
  },
  { kind: "AUDIO", contentType: "audio/mp4", matches: any(at(4, "ftypM4A "), at(4, "ftypM4B ")) },
  { kind: "VIDEO", contentType: "video/quicktime", matches: at(4, "ftypqt  ") },
  { kind: "VIDEO", contentType: "video/mp4", matches: isMp4 },
  {
    kind: "VIDEO",
    contentType: "video/webm",
    matches: all(at(0, EBML), (head) => head.toString("latin1", 0, 64).includes("webm")),
  },
  { kind: "VIDEO", contentType: "video/x-matroska", matches: at(0, EBML) },
  { kind: "AUDIO", contentType: "audio/aac", matches: isAdts },
  { kind: "AUDIO", contentType: "audio/mpeg", matches: any(at(0, "ID3"), isMpegAudio) },
  { kind: "IMAGE", contentType: "image/svg+xml", matches: isSvg },
];

/** What a file is. Null: nothing that a script could use. Pure. */
export function judgeContent(head: Buffer): MaterialContent | null {
  const found = formats.find(({ matches }) => matches(head));
  return found ? { kind: found.kind, contentType: found.contentType } : null;
}

/** The first entry of a workbook's archive is one of these. */
const WORKBOOK = /^(?:\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/)/;

/**
 * Rows for a batch. Null: the file is none. A CSV is any text, so its name decides; what is in it is judged
 * when it is read. Pure.
 */
export function judgeTable(head: Buffer, filename: string): MaterialContent | null {
  if (/\.xlsx$/i.test(filename)) {
    const isWorkbook = at(0, "PK\x03\x04")(head) && WORKBOOK.test(head.toString("latin1", 30, 60));
    const contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    return isWorkbook ? { kind: "TABLE", contentType } : null;
  }
  const isText = /\.(?:csv|tsv)$/i.test(filename) && head.length > 0;
  return isText ? { kind: "TABLE", contentType: "text/csv" } : null;
}

/** A template. Null: the file is none. Tables and documents are ZIP files, too, so its name decides. Pure. */
export const judgeArchive = (head: Buffer, filename: string): MaterialContent | null =>
  /\.zip$/i.test(filename) && at(0, "PK\x03\x04")(head)
    ? { kind: "ARCHIVE", contentType: "application/zip" }
    : null;

/** Whether a file's name says that it is a video. Videos may be larger than other materials. Pure. */
export const isNamedVideo = (filename: string): boolean => /\.(?:mp4|m4v|mov|webm|mkv)$/i.test(filename);

/** For people. */
export const SUPPORTED_FORMATS =
  "fonts as TTF, OTF or TTC; pictures as PNG, JPEG, GIF, WebP, BMP, TIFF or SVG; sounds as WAV, MP3, FLAC, Ogg, AIFF, AAC or M4A; clips as MP4, MOV, WebM or MKV; tables named .csv or .xlsx; templates named .zip";

/** A frame of AAC: twelve bits of synchronization, and layer 0. */
function isAdts(head: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = head;
  return first === 0xff && (second & 0xf6) === 0xf0 && ((third >> 2) & 0x0f) <= 12;
}

/** A frame of MP3: eleven bits of synchronization, layer III, and values that are not reserved. */
function isMpegAudio(head: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = head;
  const isLayer3 = first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08;
  return isLayer3 && third >> 4 !== 0x0f && third >> 4 !== 0 && (third & 0x0c) !== 0x0c;
}

/** XML whose first element is `svg`, whatever declarations and comments precede it. */
function isSvg(head: Buffer): boolean {
  const text = head.toString("utf8").replace(/^\uFEFF/, "");
  for (let from = 0; ; ) {
    const tag = text.indexOf("<", from);
    if (tag < 0 || text.slice(from, tag).trim() !== "") return false;
    if (/^<(?:[A-Za-z_][\w.-]{0,40}:)?svg[\s/>]/.test(text.slice(tag, tag + 60))) return true;
    const end = endOfProlog(text, tag);
    if (end === null) return false;
    from = end;
  }
}

/** End of the declaration, comment or document type that begins at `start`; null if it is an element. */
function endOfProlog(text: string, start: number): number | null {
  const closing = text.startsWith("<!--", start)
    ? "-->"
    : text.startsWith("<?", start)
      ? "?>"
      : text.startsWith("<!DOCTYPE", start)
        ? closingOfDoctype(text, start)
        : null;
  if (closing === null) return null;
  const end = text.indexOf(closing, start);
  return end < 0 ? null : end + closing.length;
}

/** A document type may contain entities in brackets. */
function closingOfDoctype(text: string, start: number): string {
  const bracket = text.indexOf("[", start);
  const end = text.indexOf(">", start);
  return bracket >= 0 && bracket < end ? "]>" : ">";
}
