import { type BigIntStats, constants, createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { copyFile, type FileHandle, link, open, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ObjectNotFoundError, PreconditionFailedError } from "./errors.ts";
import { describe } from "./local/describe.ts";
import { asStoreError, codeOf, isMissing } from "./local/file-errors.ts";
import { planLayout } from "./local/layout.ts";
import { publish } from "./local/publish.ts";
import { remove } from "./local/remove.ts";
import { openScratch, type Scratch } from "./local/scratch.ts";
import { openStoreLock } from "./local/store-lock.ts";
import { foldersBelow, walk } from "./local/walk.ts";
import { assertKeyFolder, assertKeyPrefix, assertObjectKey, publicUrlOf } from "./object-key.ts";
import type { ObjectStore, PutBody, PutOptions, StoredObject } from "./object-store.ts";

interface LocalObjectStoreOptions {
  /** Created if missing. Several processes on one machine may share it. */
  directory: string;
  /**
   * Address at which a server publishes the folder, ending in `/`. Example: `http://localhost:4000/media/`.
   */
  publicBaseUrl: string;
}

/**
 * Stores each object as a plain file at its key. Opens its folder immediately and clears what crashed writers
 * left.
 *
 * `contentDisposition` is not stored: the server of the folder decides by the kind of object.
 */
export function createLocalObjectStore({ directory, publicBaseUrl }: LocalObjectStoreOptions): ObjectStore {
  const layout = planLayout(resolve(directory));
  mkdirSync(layout.types, { recursive: true });
  const lock = openStoreLock(layout.lock);
  let opened: Promise<Scratch> | undefined;
  /** If the disk was full at the start, the next write tries again. */
  const scratch = (): Promise<Scratch> => {
    opened ??= openScratch(layout.scratch, lock).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  // Clears what crashed writers left. A write reports why this failed; a store that only reads needs no
  // scratch.
  scratch().catch(() => {});

  /** Fills a temporary file, then publishes it under its key. */
  async function write(key: string, options: PutOptions, fill: (temp: string) => Promise<void>) {
    assertObjectKey(key);
    options.signal?.throwIfAborted();
    let temp: string | undefined;
    try {
      temp = (await scratch()).newPath();
      await fill(temp);
      return await publish(layout, lock, key, temp, options);
    } catch (error) {
      throw asStoreError(key, error);
    } finally {
      if (temp !== undefined) await rm(temp, { force: true });
    }
  }

  async function head(key: string): Promise<StoredObject | null> {
    assertObjectKey(key);
    const stats = await fileStats(layout.pathOf(key));
    return stats === null ? null : describe(layout, key, stats);
  }

  return {
    put: (key, body, options = {}) => write(key, options, (temp) => writeTemp(temp, body, options.signal)),
    head,
    async read(key, { start = 0, end, of, signal } = {}) {
      assertObjectKey(key);
      signal?.throwIfAborted();
      const file = await openObject(key, layout.pathOf(key));
      try {
        const object = await describe(layout, key, await file.stat({ bigint: true }));
        if (of !== undefined && of.generation !== object.generation)
          throw new PreconditionFailedError(key, of.generation);
        const last = Math.min(end ?? Number.POSITIVE_INFINITY, object.sizeBytes - 1);
        if (start > last) {
          await file.close();
          return { object, body: Readable.from([]) };
        }
        const body = file.createReadStream({ start, end: last, highWaterMark: 256 * 1024, signal });
        return { object, body };
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    async *list(prefix) {
      assertKeyPrefix(prefix);
      for await (const key of walk(layout.directory, prefix)) {
        const object = await head(key);
        if (object !== null) yield object;
      }
    },
    async *folders(prefix, { after } = {}) {
      assertKeyFolder(prefix);
      for (const folder of await foldersBelow(directory, prefix)) {
        if (after === undefined || Buffer.compare(Buffer.from(folder), Buffer.from(after)) > 0) yield folder;
      }
    },
    async delete(key) {
      assertObjectKey(key);
      return remove(layout, lock, key);
    },
    async deletePrefix(prefix) {
      assertKeyFolder(prefix);
      let count = 0;
      for await (const key of walk(layout.directory, prefix)) if (await remove(layout, lock, key)) count++;
      return count;
    },
    async adopt(key, path, options = {}) {
      try {
        const object = await write(key, options, (temp) => linkTemp(temp, path, options.signal));
        await rm(path, { force: true });
        return object;
      } catch (error) {
        // A crash between link and removal left the file under both names: the request is already fulfilled.
        if (!(error instanceof PreconditionFailedError) || !(await isSameFile(path, layout.pathOf(key))))
          throw error;
        await rm(path, { force: true });
        return (await head(key)) ?? Promise.reject(error);
      }
    },
    localPath(key) {
      assertObjectKey(key);
      return layout.pathOf(key);
    },
    arrivingPath: (uploadId) => join(layout.arriving, uploadId),
    publicUrl(key) {
      assertObjectKey(key);
      return publicUrlOf(publicBaseUrl, key);
    },
    async [Symbol.asyncDispose]() {
      const held = await opened?.catch(() => undefined);
      await held?.[Symbol.asyncDispose]();
      lock[Symbol.dispose]();
    },
  };
}

async function fileStats(path: string): Promise<BigIntStats | null> {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? stats : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function openObject(key: string, path: string): Promise<FileHandle> {
  if ((await fileStats(path)) === null) throw new ObjectNotFoundError(key);
  return open(path, "r").catch((error: unknown) => {
    throw isMissing(error) ? new ObjectNotFoundError(key) : error;
  });
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([fileStats(a), fileStats(b)]);
  return one !== null && other !== null && one.ino === other.ino && one.dev === other.dev;
}

/** Writes the body to `path`, which must not exist. A failure leaves nothing behind. */
async function writeTemp(path: string, body: PutBody, signal?: AbortSignal): Promise<void> {
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
async function linkTemp(path: string, source: string, signal?: AbortSignal): Promise<void> {
  try {
    await link(source, path);
  } catch (error) {
    if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP"].includes(codeOf(error) ?? "")) throw error;
    await writeTemp(path, { path: source }, signal);
  }
}
