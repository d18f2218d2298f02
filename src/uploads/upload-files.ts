import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The record beside an upload's bytes; the first five fields are the tus file store's own. */
interface UploadRecord {
  id: string;
  size: number;
  offset: 0;
  creation_date: string;
  storage: { type: "file"; path: string };
  expiresAt: string;
}

/** The remains of an ended upload, so that a client that missed the last answer still gets it. */
interface UploadEnd {
  outcome: "received" | "terminated";
  sizeBytes: number;
  expiresAt: string;
}

const isUploadId = (id: string): boolean => /^[\w-]{1,100}$/.test(id);

/**
 * An upload consists of `{id}` (its bytes), `{id}.json` (its record), `{id}.lock`, `{id}.wanted`, and finally
 * only `{id}.ended`.
 */
export function createUploadFiles(directory: string) {
  const path = (uploadId: string, suffix = "") => {
    if (!isUploadId(uploadId))
      throw new TypeError(`Upload id ${JSON.stringify(uploadId)}: only letters, digits, "_" and "-".`);
    return join(directory, uploadId + suffix);
  };
  return {
    directory,
    isUploadId,
    path,
    record: (uploadId: string) => readJson<UploadRecord>(path(uploadId, ".json")),
    end: (uploadId: string) => readJson<UploadEnd>(path(uploadId, ".ended")),
    /** Bytes stored so far; null without a file. */
    async storedBytes(uploadId: string): Promise<number | null> {
      return (await stat(path(uploadId)).catch(() => null))?.size ?? null;
    },
    /** Does nothing if the upload exists: a repeated request to create it does not affect its bytes. */
    async create(uploadId: string, sizeBytes: number, expiresAt: Date): Promise<void> {
      await mkdir(directory, { recursive: true });
      // "a" creates without truncating, in case two requests do this concurrently.
      await (await open(path(uploadId), "a")).close();
      const record: UploadRecord = {
        id: uploadId,
        size: sizeBytes,
        offset: 0,
        creation_date: new Date().toISOString(),
        storage: { type: "file", path: path(uploadId) },
        expiresAt: expiresAt.toISOString(),
      };
      await writeJson(path(uploadId, ".json"), record);
    },
    /** Bytes that were acknowledged as complete survive a power cut. */
    async sync(uploadId: string): Promise<void> {
      await using file = await open(path(uploadId), "r+").catch(() => null);
      // Missing if an earlier hand-over moved it.
      await file?.datasync();
    },
    async markEnded(uploadId: string, end: UploadEnd): Promise<void> {
      await writeJson(path(uploadId, ".ended"), end);
      for (const suffix of ["", ".json"]) await rm(path(uploadId, suffix), { force: true });
    },
    async remove(uploadId: string): Promise<void> {
      for (const suffix of ["", ".json", ".ended", ".wanted", ".lock"])
        await rm(path(uploadId, suffix), { force: true });
    },
    /** Ids of every upload that left anything but a lock. */
    async list(): Promise<string[]> {
      const names = await readdir(directory).catch(() => []);
      const ids = names.flatMap((name) => /^([\w-]+)\.(?:json|ended)$/.exec(name)?.[1] ?? []);
      return [...new Set(ids)];
    },
  };
}
export type UploadFiles = ReturnType<typeof createUploadFiles>;

async function readJson<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

let writes = 0;
async function writeJson(path: string, value: unknown): Promise<void> {
  const temp = `${path}.${process.pid}-${writes++}.tmp`;
  try {
    await writeFile(temp, JSON.stringify(value));
    await rename(temp, path);
  } catch (error) {
    // A full disk leaves a partial file, which uses space too.
    await rm(temp, { force: true });
    throw error;
  }
}
