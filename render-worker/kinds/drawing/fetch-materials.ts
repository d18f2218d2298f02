import { createHash } from "node:crypto";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceMaterial } from "@reelay/contracts";
import { ObjectNotFoundError, type ObjectStore } from "@reelay/object-store";
import { inputError } from "../../errors.ts";
import type { ScriptJob } from "../../painting/index.ts";
import { readObject } from "../../store/index.ts";

interface FetchDeps {
  store: ObjectStore;
  signal: AbortSignal;
  /** Rejects if the disk has less room than this number of bytes. */
  directory?: { assertRoom: (neededBytes: number) => Promise<void> };
}

/** The materials of a script in a folder of their own. */
export interface FetchedMaterials extends AsyncDisposable {
  /** Null: the script uses none. */
  job: NonNullable<ScriptJob["materials"]> | null;
}

/**
 * Fetches the materials of a script by their names. The worker reads nothing of them but their bytes, to
 * compare them with their checksums: only the painter opens them, in its jail.
 *
 * @param options.folder does not exist yet; removed when disposed
 */
export async function fetchMaterials(
  { store, signal, directory }: FetchDeps,
  { folder, materials }: { folder: string; materials: readonly SourceMaterial[] },
): Promise<FetchedMaterials> {
  await using undo = new AsyncDisposableStack();
  if (materials.length > 0) {
    await directory?.assertRoom(materials.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    await mkdir(folder);
    undo.defer(() => rm(folder, { recursive: true, force: true }));
    // Whatever the umask: the painter is another user, and gets no group of the worker's.
    await chmod(folder, 0o755);
  }
  for (const material of materials) {
    const { key, filename, sizeBytes } = material;
    // One byte more than it has, in case it has more.
    const bytes = await readObject(store, key, { signal, end: sizeBytes }).catch((error: unknown) => {
      throw error instanceof ObjectNotFoundError ? missing(filename) : error;
    });
    assertUnchanged(bytes, material);
    const path = join(folder, filename);
    await writeFile(path, bytes, { flag: "wx" });
    await chmod(path, 0o644);
  }
  const fonts = materials.flatMap(({ kind, filename }) => (kind === "FONT" ? [filename] : []));
  const kept = undo.move();
  return {
    job: materials.length > 0 ? { folder, fonts } : null,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function assertUnchanged(bytes: Buffer, { filename, sizeBytes, sha256 }: SourceMaterial): void {
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (bytes.length === sizeBytes && digest === sha256) return;
  throw inputError(
    "MATERIAL_DAMAGED",
    `The material "${filename}" was altered in the object store: it should have ${sizeBytes} bytes and the SHA-256 ${sha256}. Upload it again, and create the video again with the new material.`,
  );
}

const missing = (filename: string) =>
  inputError(
    "MATERIAL_MISSING",
    `The material "${filename}" has been deleted since the video was created. Upload it again, and create the video again with the new material.`,
  );
