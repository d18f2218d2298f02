import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file that has no name: only descriptors reach it, and it is gone with the last of them. */
export async function openPrivateFile(content: Uint8Array = Buffer.of()): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), "reelay-jail-"));
  try {
    const file = await open(join(folder, "file"), "wx+", 0o600);
    await file.write(content, 0, content.length, 0);
    return file;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same file once more, with a position of its own: whoever reads one descriptor to its end leaves the others at their beginning. */
export const reopen = (file: FileHandle): Promise<FileHandle> => open(`/proc/self/fd/${file.fd}`, "r");
