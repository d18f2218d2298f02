import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file that has no name: only descriptors reach it, and it is gone with the last of them. It is read from its beginning. */
export async function openPrivateFile(content: Uint8Array): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), "reelay-jail-"));
  try {
    const file = await open(join(folder, "file"), "wx+", 0o600);
    await file.write(content, 0, content.length, 0);
    return file;
  } finally {
    await rm(folder, { recursive: true });
  }
}
