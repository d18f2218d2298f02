import { renameSync, rmSync, statSync } from "node:fs";
import { link, mkdir, open, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { contentTypeOf } from "../content-type.ts";
import { PreconditionFailedError } from "../errors.ts";
import type { PutOptions, StoredObject } from "../object-store.ts";
import { describe, generationOf, stamp } from "./describe.ts";
import { codeOf, isMissing } from "./file-errors.ts";
import type { Layout } from "./layout.ts";
import type { StoreLock } from "./store-lock.ts";

/**
 * Makes the complete file at `temp` the object, atomically. Afterwards `temp` is gone, or the caller removes
 * it.
 */
export async function publish(
  layout: Layout,
  lock: StoreLock,
  key: string,
  temp: string,
  options: PutOptions,
): Promise<StoredObject> {
  const target = layout.pathOf(key);
  const stats = await settle(temp, options);
  const type = layout.typePathOf(key, generationOf(stats));
  if (options.contentType !== undefined && options.contentType !== contentTypeOf(key))
    await writeFile(type, options.contentType);
  try {
    await place(layout, lock, key, temp, options);
  } catch (error) {
    await rm(type, { force: true });
    throw error;
  }
  // A segment's name reaches the disk with its playlist's, which follows it into the same folder.
  if (!key.endsWith(".m4s") && !options.mayBeLost) await syncFolder(dirname(target));
  return describe(layout, key, stats);
}

/** Waits for the disk: a power cut could otherwise leave a name whose bytes were never written. */
async function settle(temp: string, { mayBeLost = false }: PutOptions) {
  await using file = await open(temp, "r+");
  const stats = await stamp(file);
  if (!mayBeLost) await file.datasync();
  return stats;
}

async function place(layout: Layout, lock: StoreLock, key: string, temp: string, options: PutOptions) {
  const { ifGenerationMatch: expected, signal } = options;
  const target = layout.pathOf(key);
  // Removing an object removes empty folders, perhaps the one just created.
  for (let tries = 0; ; tries++) {
    await mkdir(dirname(target), { recursive: true });
    signal?.throwIfAborted();
    try {
      // Creating is one atomic system call, however good locks are on this file system. It is also the common
      // case.
      if ((expected ?? "0") === "0" && (await isLinked(temp, target))) return;
      await lock.exclusively(() => replace(layout, key, temp, expected), signal);
      return;
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || tries === 10) throw error;
    }
  }
}

/** False if the target exists or the file system has no links. */
async function isLinked(temp: string, target: string): Promise<boolean> {
  try {
    await link(temp, target);
    return true;
  } catch (error) {
    if (["EEXIST", "EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(codeOf(error) ?? "")) return false;
    throw error;
  }
}

/** Guarded by the store's lock: of two writers that read one generation, the second finds a newer one. */
function replace(layout: Layout, key: string, temp: string, expected: string | undefined): void {
  const target = layout.pathOf(key);
  const current = generationAt(target);
  if (expected !== undefined && expected !== (current ?? "0"))
    throw new PreconditionFailedError(key, expected);
  renameSync(temp, target);
  if (current !== undefined) rmSync(layout.typePathOf(key, current), { force: true });
}

function generationAt(path: string): string | undefined {
  try {
    return generationOf(statSync(path, { bigint: true }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, "r");
    await folder.sync();
  } catch (error) {
    // Windows cannot open folders, some network file systems cannot sync them, and a deletion may have
    // removed this one.
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP", "ENOENT"].includes(codeOf(error) ?? ""))
      throw error;
  }
}
