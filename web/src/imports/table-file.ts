/** Files and pasted texts that contain questions. */

/** Characters that one request may carry, with room for the rest of it. */
const MAX_BYTES = 1_000_000;

/** Questions to import: a text that can be edited before, or a file as it is. */
export interface ImportedTable {
  /** The file's name without its ending; empty for a pasted text. */
  topic: string;
  /** Null: only the API can read the file. */
  text: string | null;
  file: File;
}

/** A workbook, a text that does not fit into a request, and one that is not in UTF-8 are left to the API. */
export async function readTableFile(file: File): Promise<ImportedTable> {
  const isText = !/\.xlsx?$/i.test(file.name) && file.size <= MAX_BYTES;
  return { topic: topicOf(file.name), text: isText ? await readText(file) : null, file };
}

async function readText(file: File): Promise<string | null> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return null;
  }
}

/** `Roman_history.csv` becomes `Roman history`. Pure. */
export const topicOf = (filename: string): string =>
  filename
    .replace(/\.[^.]+$/, "")
    .replace(/[_\s]+/g, " ")
    .trim()
    .slice(0, 80);

/** Whether a text is JSON rather than a table. Pure. */
export const isJson = (text: string): boolean => /^\s*[[{]/.test(text);
