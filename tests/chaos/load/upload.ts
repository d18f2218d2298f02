import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ApiPool } from "./api-pool.ts";

/**
 * Uploads a file by tus to a URL that may lead to any API, resuming after the last try. Rejects when aborted.
 */
export async function upload(
  uploadUrl: string,
  file: string,
  { nextOrigin }: Pick<ApiPool, "nextOrigin">,
  signal: AbortSignal,
): Promise<void> {
  const content = await readFile(file);
  const { pathname, search } = new URL(uploadUrl);
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    const address = `${nextOrigin()}${pathname}${search}`;
    const isDone = await sendRest(address, content, signal).catch(() => false);
    if (isDone) return;
    await delay(Math.min(100 * 2 ** tries, 2_000), undefined, { signal });
  }
}

const TUS = { "tus-resumable": "1.0.0" };

async function sendRest(address: string, content: Buffer, signal: AbortSignal): Promise<boolean> {
  const patient = () => AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const head = await fetch(address, { method: "HEAD", headers: TUS, signal: patient() });
  // No longer needed: a cancel settled the video without it.
  if (head.status >= 400 && head.status < 500 && ![409, 423, 429].includes(head.status)) return true;
  if (!head.ok) return false;
  const offset = Number(head.headers.get("upload-offset"));
  if (offset >= content.length) return true;
  const patch = await fetch(address, {
    method: "PATCH",
    headers: {
      ...TUS,
      "upload-offset": String(offset),
      "content-type": "application/offset+octet-stream",
    },
    body: new Uint8Array(content.subarray(offset)),
    signal: patient(),
  });
  await patch.arrayBuffer();
  return patch.ok;
}
