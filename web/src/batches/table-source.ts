import type { ApolloClient } from "@apollo/client";
import type { BatchSourceInput } from "../api/index.ts";
import { uploadMaterial } from "../materials/index.ts";

/** Larger texts do not fit into a request with the rest of it. */
const MAX_TEXT_BYTES = 900_000;

/**
 * A file as the rows of a batch: a text as it is; a workbook, a large text and one that is not UTF-8 as a
 * material, which the API reads.
 * @throws an error with the reason if it cannot be uploaded.
 */
export async function toBatchSource(client: ApolloClient, file: File): Promise<BatchSourceInput> {
  const isText = !/\.xlsx?$/i.test(file.name) && file.size <= MAX_TEXT_BYTES;
  const text = isText ? await readText(file) : null;
  if (text !== null) return /^\s*\[/.test(text) ? { json: text } : { csv: text };
  return { material: (await uploadMaterial(client, file)).id };
}

async function readText(file: File): Promise<string | null> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return null;
  }
}
