import { constants, createReadStream, createWriteStream } from "node:fs";
import { copyFile, link, open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PutBody } from "../object-store.ts";
import { codeOf } from "./file-errors.ts";

/** Writes the body to `path`, which must not exist. A failure leaves nothing behind. */
export async function writeTemp(path: string, body: PutBody, signal?: AbortSignal): Promise<void> {
  try {
    await write(path, body, signal);
    signal?.throwIfAborted();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function write(path: string, body: PutBody, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (body instanceof Readable) return writeStream(path, body, signal);
  if (typeof body === "string" || body instanceof Uint8Array) {
    await using file = await open(path, "wx");
    return await file.writeFile(body);
  }
  if (signal !== undefined) return writeStream(path, createReadStream(body.path), signal);
  // Copies inside the kernel, at no cost where the file system can share blocks. The copy cannot be aborted.
  return copyFile(body.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
}

async function writeStream(path: string, body: Readable, signal?: AbortSignal): Promise<void> {
  const target = createWriteStream(path, { flags: "wx", highWaterMark: 1024 * 1024 });
  await pipeline(body, target, signal === undefined ? {} : { signal });
}

/** Links a finished file to `path`, or copies it between file systems or where links are not supported. */
export async function linkTemp(path: string, source: string, signal?: AbortSignal): Promise<void> {
  try {
    await link(source, path);
  } catch (error) {
    if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP"].includes(codeOf(error) ?? "")) throw error;
    await writeTemp(path, { path: source }, signal);
  }
}
