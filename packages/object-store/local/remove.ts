import { rmSync, statSync, unlinkSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { generationOf } from "./describe.ts";
import { isMissing } from "./file-errors.ts";
import type { Layout } from "./layout.ts";
import type { StoreLock } from "./store-lock.ts";

/** Removes the object, its content type, and the folders that become empty. True if the object existed. */
export async function remove(layout: Layout, lock: StoreLock, key: string): Promise<boolean> {
  const existed = await lock.exclusively(() => {
    const path = layout.pathOf(key);
    try {
      const stats = statSync(path, { bigint: true });
      if (!stats.isFile()) return false;
      unlinkSync(path);
      rmSync(layout.typePathOf(key, generationOf(stats)), { force: true });
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  });
  if (existed) await removeEmptyFolders(layout, key);
  return existed;
}

async function removeEmptyFolders(layout: Layout, key: string): Promise<void> {
  for (let folder = dirname(key); folder !== "."; folder = dirname(folder)) {
    try {
      await rmdir(layout.pathOf(folder));
    } catch {
      // Not empty, or another process removed it first. An empty folder does no harm.
      return;
    }
  }
}
