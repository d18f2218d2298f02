import { appendFile, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readBoxHeader } from "@reelay/media-container";

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

/** 0 if no fragment is found: better whole than cut. */
function fragmentStart(bytes: Buffer): number {
  for (let at = 0; ; ) {
    const header = readBoxHeader(bytes, at);
    if (!header?.sizeBytes) return 0;
    if (header.type === "moof") return at;
    at += header.sizeBytes;
  }
}
