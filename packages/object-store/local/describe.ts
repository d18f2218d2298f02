import type { BigIntStats } from "node:fs";
import { type FileHandle, readFile } from "node:fs/promises";
import { contentTypeOf } from "../content-type.ts";
import type { StoredObject } from "../object-store.ts";
import { isMissing } from "./file-errors.ts";
import type { Layout } from "./layout.ts";

/**
 * Every write creates a new file and stamps it, so either the time or the inode differs from the previous
 * object. The stamp is finer than the file system's clock, whose ticks of some milliseconds would let a
 * reused inode repeat a generation.
 */
export const generationOf = (stats: BigIntStats): string => `${stats.mtimeNs}-${stats.ino}`;

/** Sets the modification time, to the microsecond. */
export async function stamp(file: FileHandle): Promise<BigIntStats> {
  const fraction = Number(process.hrtime.bigint() % 1_000_000n) / 1e9;
  const now = Date.now() / 1000 + fraction;
  await file.utimes(now, now);
  return file.stat({ bigint: true });
}

export async function describe(layout: Layout, key: string, stats: BigIntStats): Promise<StoredObject> {
  const generation = generationOf(stats);
  return {
    key,
    sizeBytes: Number(stats.size),
    contentType: (await writtenType(layout.typePathOf(key, generation))) ?? contentTypeOf(key),
    generation,
    checksum: null,
    crc32c: null,
    updatedAt: stats.mtime,
  };
}

async function writtenType(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
