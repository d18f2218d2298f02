import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { PutBody } from "../object-store.ts";

/** Bodies up to this size go in one request, from memory; larger ones in chunks of this size, each of which can be sent again. */
export const chunkBytes = 8 * 1024 * 1024;

/** The body as bytes if it is small, else as a stream; reads no more than a chunk ahead. */
export async function takeBody(body: PutBody, signal?: AbortSignal): Promise<Uint8Array | Readable> {
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof Readable) return takeStream(body, signal);
  await stat(body.path);
  return takeStream(createReadStream(body.path, { highWaterMark: 1024 * 1024 }), signal);
}

async function takeStream(stream: Readable, signal?: AbortSignal): Promise<Uint8Array | Readable> {
  const stop = () => stream.destroy(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
  signal?.addEventListener("abort", stop, { once: true });
  const chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array | string>;
  const head: Buffer[] = [];
  try {
    for (let size = 0; size <= chunkBytes; size += head.at(-1)?.length ?? 0) {
      const { done, value } = await chunks.next();
      if (done) return Buffer.concat(head);
      head.push(Buffer.from(value as Uint8Array));
    }
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  return Readable.from(
    (async function* () {
      try {
        yield* head.splice(0);
        yield* { [Symbol.asyncIterator]: () => chunks };
      } finally {
        stream.destroy();
      }
    })(),
  );
}
