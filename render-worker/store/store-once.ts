import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chown, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { type ObjectStore, PreconditionFailedError, type PutOptions } from "@reelay/object-store";
import { retryStore } from "./retry-store.ts";

/**
 * Writes an object that only this attempt writes, once: the key must not exist. A file is removed from this
 * machine. If a try's response was lost, the next one finds the object: it is ours if it has the same bytes;
 * otherwise this throws `PreconditionFailedError`, since no other writer may use the key.
 */
export async function storeOnce(
  store: ObjectStore,
  key: string,
  body: Uint8Array | { path: string },
  { signal, ...options }: Omit<PutOptions, "ifGenerationMatch" | "signal"> & { signal: AbortSignal },
): Promise<void> {
  const once = { ...options, ifGenerationMatch: "0", signal };
  if ("path" in body) await takeOver(body.path);
  await retryStore(`store ${key}`, signal, async () => {
    try {
      await ("path" in body ? store.adopt(key, body.path, once) : store.put(key, body, once));
    } catch (error) {
      if (!(error instanceof PreconditionFailedError) || !(await holds(store, key, body, signal)))
        throw error;
      if ("path" in body) await rm(body.path, { force: true });
    }
  });
}

/** Takes ownership of a file that belongs to a program's user. Only root can run programs as another user. */
async function takeOver(path: string): Promise<void> {
  const own = process.getuid?.();
  if (own === 0) await chown(path, own, process.getgid?.() ?? 0);
}

async function holds(
  store: ObjectStore,
  key: string,
  body: Uint8Array | { path: string },
  signal: AbortSignal,
): Promise<boolean> {
  const { body: theirs } = await store.read(key, { signal });
  const ours = "path" in body ? createReadStream(body.path, { signal }) : Readable.from([body]);
  const [one, other] = await Promise.all([sha256(theirs), sha256(ours)]);
  return one === other;
}

async function sha256(stream: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}
