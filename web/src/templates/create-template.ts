import type { ApolloClient } from "@apollo/client";
import {
  CreateTemplateDocument,
  type CreateTemplateInput,
  DeleteMaterialDocument,
  type OwnTemplateFragment,
  RefusedError,
  refusal,
} from "../api/index.ts";
import { uploadMaterial } from "../materials/index.ts";
import type { TemplateFiles } from "./template-files.ts";

/** Larger texts do not fit into a request with the rest of it. */
const MAX_TEXT_BYTES = 900_000;

/**
 * Sends the files of a template and creates it. `onProgress` receives the sent fraction, 0 to 1: at 1 a
 * worker draws the example.
 * @throws RefusedError with the API's sentence, or an error that explains why there is no answer.
 */
export async function createTemplate(
  client: ApolloClient,
  template: TemplateFiles,
  onProgress: (fraction: number) => void,
): Promise<OwnTemplateFragment> {
  /** Materials that only carry the files: the API has copies of them when it has answered. */
  const sent: string[] = [];
  const send = async (file: File, onSent: (fraction: number) => void) => {
    const { id } = await uploadMaterial(client, file, onSent);
    sent.push(id);
    return id;
  };
  try {
    const input: CreateTemplateInput =
      "archive" in template
        ? { archive: await send(template.archive, onProgress) }
        : { files: await sendFiles(template.files, send, onProgress) };
    onProgress(1);
    const { data } = await client.mutate({ mutation: CreateTemplateDocument, variables: { input } });
    const created = data?.createTemplate;
    if (created?.__typename !== "Template")
      throw new RefusedError(refusal(created) ?? "The API did not answer.");
    return created;
  } finally {
    for (const id of sent)
      await client.mutate({ mutation: DeleteMaterialDocument, variables: { id } }).catch(() => undefined);
  }
}

type Files = Extract<TemplateFiles, { files: unknown }>["files"];
type FileInputs = NonNullable<CreateTemplateInput["files"]>;

/** Texts go with the request; what is no text becomes a material first. */
async function sendFiles(
  files: Files,
  send: (file: File, onSent: (fraction: number) => void) => Promise<string>,
  onProgress: (fraction: number) => void,
): Promise<FileInputs> {
  const inputs: FileInputs = [];
  const others: Files[number][] = [];
  let textBytes = 0;
  for (const { path, file } of files) {
    const text = await readText(file);
    if (text === null) {
      others.push({ path, file });
      continue;
    }
    textBytes += file.size;
    inputs.push({ path, text });
  }
  if (textBytes > MAX_TEXT_BYTES)
    throw new Error(
      `The template's texts have ${textBytes} bytes, and at most ${MAX_TEXT_BYTES} can be sent from a folder. Choose a ZIP file of it.`,
    );
  const total = others.reduce((sum, { file }) => sum + file.size, 0);
  let before = 0;
  for (const { path, file } of others) {
    const material = await send(file, (fraction) => onProgress((before + fraction * file.size) / total));
    before += file.size;
    inputs.push({ path, material });
  }
  return inputs;
}

/** Null: no text. */
async function readText(file: File): Promise<string | null> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
