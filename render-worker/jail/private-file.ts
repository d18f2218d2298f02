import { constants } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * `O_TMPFILE` of open(2) without `O_DIRECTORY`, whose value depends on the processor. Node does not define
 * it.
 */
const TMPFILE = 0o20000000;

/**
 * A file without a name, positioned at its start: only descriptors reach it, and the kernel frees it with the
 * last of them, even if the process is killed. File systems without `O_TMPFILE`, such as older overlays, get
 * a named file that is removed immediately.
 */
export async function openPrivateFile(content: Uint8Array, directory = tmpdir()): Promise<FileHandle> {
  const file = await open(directory, constants.O_RDWR | constants.O_DIRECTORY | TMPFILE, 0o600).catch(() =>
    openRemovedFile(directory),
  );
  await file.write(content, 0, content.length, 0);
  return file;
}

async function openRemovedFile(directory: string): Promise<FileHandle> {
  const folder = await mkdtemp(join(directory, "reelay-jail-"));
  try {
    return await open(join(folder, "file"), "wx+", 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}
