import { appendFile, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readBoxHeader } from "@reelay/media-container";

/**
 * Joins the encoder's pieces into one media segment. Each piece is a fragment (`moof` and `mdat`), so they
 * are concatenated without the later pieces' `styp` box, which marks the start of a segment. The result is in
 * the first piece's file; the others are removed.
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
