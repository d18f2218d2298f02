/** Files and pasted texts that contain questions. */

/** Characters that one request may carry, with room for the rest of it. */
const MAX_BYTES = 1_000_000;

export interface TableText {
  /** The file's name without its ending; empty for a pasted text. */
  topic: string;
  text: string;
}

/**
 * The text of a file with questions.
 * @throws an error that says what to do with a file that is not a text in UTF-8, or too large.
 */
export async function readTableFile(file: File): Promise<TableText> {
  if (/\.xlsx?$/i.test(file.name))
    throw new Error(
      `${file.name} is a workbook. Save its sheet as CSV with the encoding UTF-8 (in Excel: “CSV UTF-8”).`,
    );
  if (file.size > MAX_BYTES)
    throw new Error(`${file.name} has ${file.size} bytes, and at most ${MAX_BYTES} fit. Split it.`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return { topic: topicOf(file.name), text };
  } catch {
    throw new Error(`${file.name} is not a text in UTF-8. Save it as CSV with the encoding UTF-8.`);
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
