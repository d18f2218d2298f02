import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "../engine/stage.ts";

interface Checked {
  /** Global. */
  id: string;
  /** Until the batch exists. */
  createSeconds: number;
  /** Until it is checked and measured. */
  seconds: number;
  total: number;
  valid: number;
}

/** Creates a batch and waits until it is checked. */
export async function checkTable(stage: Stage, input: object): Promise<Checked> {
  const since = performance.now();
  const seconds = (): number => (performance.now() - since) / 1_000;
  const { data, errors } = await stage.client.ask(
    `mutation ($input: CreateBatchInput!) { createBatch(input: $input) { ... on Batch { id } ... on Error { message } } }`,
    { input },
  );
  const id: unknown = data?.createBatch?.id;
  if (typeof id !== "string") throw new Error(JSON.stringify(errors ?? data));
  const createSeconds = seconds();
  for (;;) {
    const answer = await stage.client.ask(
      `query ($id: ID!) { batch(id: $id) { status counts { total valid } } }`,
      { id },
    );
    const { status, counts } = answer.data.batch;
    if (status === "FAILED") throw new Error("The batch could not be checked.");
    const { total, valid }: { total: number; valid: number } = counts;
    if (status === "CHECKED") return { id, createSeconds, seconds: seconds(), total, valid };
    await sleep(200);
  }
}

const TUS_HEADERS = { "content-type": "application/offset+octet-stream", "tus-resumable": "1.0.0" };

/** Uploads a CSV of more than one request can have. Resolves to the material's id. */
export async function uploadTable(stage: Stage, rows: number): Promise<string> {
  const saying = "Nothing is softer or more flexible than water, yet nothing can resist it, as all know";
  const lines = Array.from({ length: rows }, (_, at) => `${at},"${saying}, number ${at}.",Lao Tzu`);
  const body = Buffer.from(`id,quote,author\n${lines.join("\n")}\n`);
  const { data, errors } = await stage.client.ask(
    `mutation ($input: CreateMaterialInput!) { createMaterial(input: $input) { ... on Material { id upload { url } } } }`,
    { input: { upload: { filename: "rows.csv", sizeBytes: body.length } } },
  );
  const created = data?.createMaterial;
  if (!created?.upload) throw new Error(JSON.stringify(errors ?? data));
  const sent = await fetch(created.upload.url, {
    method: "PATCH",
    headers: { ...TUS_HEADERS, "upload-offset": "0" },
    body,
  });
  if (!sent.ok) throw new Error(`The upload was answered with ${sent.status}: ${await sent.text()}`);
  return created.id;
}
