import { mkdir } from "node:fs/promises";

/**
 * Makes a folder in one that is there; it may be there itself. Throws `ENOENT` where the outer one has been removed: what an attempt still does after
 * its end brings nothing of it back.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
