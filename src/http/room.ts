/** Checks for free space on the disks of a process, for `/readyz`. */
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { isFullDisk } from "../full-disk/index.ts";

/** About a segment. */
const PROBE_BYTES = 1024 * 1024;
/** Rows of about 32 bytes in a temporary file: more than a megabyte. */
const PROBE_ROWS = 40_000;

/**
 * Writes and removes a file in `folder`: a file system's reported free space ignores quotas. Rejects without
 * space.
 */
export async function assertRoomIn(folder: string): Promise<void> {
  const path = join(folder, `room-${randomUUID()}`);
  try {
    await writeFile(path, Buffer.alloc(PROBE_BYTES), { mode: 0o600 });
  } catch (error) {
    // Anyone may ask: the message must not name the folder.
    const why = isFullDisk(error)
      ? "the store is out of space; free some space on its disk"
      : `the store cannot be written (${(error as NodeJS.ErrnoException).code})`;
    throw new Error(why, { cause: error });
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/**
 * Makes Postgres write a temporary file, which needs space and leaves nothing behind: no row, no log, no
 * transaction id. Rejects without space. (An UPDATE could fit into an existing page.)
 */
export async function assertDatabaseRoom(db: PrismaClient): Promise<void> {
  try {
    await db.$transaction([
      db.$executeRaw`SET LOCAL work_mem = '64kB'`,
      db.$queryRaw`SELECT count(*) FROM generate_series(1, ${PROBE_ROWS}::int)`,
    ]);
  } catch (error) {
    if (!isFullDisk(error)) throw error;
    throw new Error("the database is out of space; free some space on its disk", { cause: error });
  }
}
