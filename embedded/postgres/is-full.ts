import { statfs } from "node:fs/promises";

/** PostgreSQL recovers into a new file of 16 MB and needs some space beside it. */
const NEEDED_BYTES = 32 * 1024 * 1024;

/** True if the disk of `directory` has too little space for a server. */
export async function isFull(directory: string): Promise<boolean> {
  const found = await statfs(directory).catch(() => null);
  return found !== null && found.bavail * found.bsize < NEEDED_BYTES;
}
