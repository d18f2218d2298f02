import { appendFile, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Makes one media segment of the encoder's pieces: each is a fragment of its own (`moof` and `mdat`), so they only have to follow one another. What
 * stands before a later fragment, its `styp` box, marks the beginning of a segment and is left out. The result is in the first piece's file; the others
 * are removed.
 */
export async function joinPieces(
  directory: string,
  pieces: readonly string[],
): Promise<{ path: string; sizeBytes: number }> {
  const [first = "", ...rest] = pieces;
  const path = join(directory, first);
  for (const piece of rest) {
    const bytes = await readFile(join(directory, piece));
    await appendFile(path, bytes.subarray(fragmentStart(bytes)));
    await rm(join(directory, piece));
  }
  return { path, sizeBytes: (await stat(path)).size };
}

function fragmentStart(bytes: Buffer): number {
  let at = 0;
  while (at + 8 <= bytes.length && bytes.toString("latin1", at + 4, at + 8) !== "moof") {
    const size = bytes.readUInt32BE(at);
    // Nothing before the fragment is that long or that odd: better whole than cut.
    if (size < 8) return 0;
    at += size;
  }
  return at + 8 <= bytes.length ? at : 0;
}
