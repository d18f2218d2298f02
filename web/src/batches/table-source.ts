import type { ApolloClient } from "@apollo/client";
import type { BatchSourceInput } from "../api/index.ts";
import { uploadMaterial } from "../materials/index.ts";

/** Bytes of a text in a request, in which quotes and line breaks take two: 1 MiB with room for the rest. */
const MAX_TEXT_BYTES = 900_000;

/**
 * A file as the rows of a batch: a text as it is; a workbook, a large text and one that is not UTF-8 as a
 * material, which the API reads. `onProgress` receives the sent fraction of a material, 0 to 1.
 * @throws an error with the reason if it cannot be uploaded.
 */
export async function toBatchSource(
  client: ApolloClient,
  file: File,
  onProgress: (fraction: number) => void,
): Promise<BatchSourceInput> {
  const isText = !/\.xlsx?$/i.test(file.name) && file.size <= MAX_TEXT_BYTES;
  const text = isText ? await readText(file) : null;
  if (text !== null && fitsRequest(text)) return /^\s*\[/.test(text) ? { json: text } : { csv: text };
  return { material: (await uploadMaterial(client, file, onProgress)).id };
}

/** Whether a text fits into a request as JSON. Pure. */
export const fitsRequest = (text: string): boolean =>
  new TextEncoder().encode(JSON.stringify(text)).length <= MAX_TEXT_BYTES;

async function readText(file: File): Promise<string | null> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return null;
  }
}
