import { type TopBox, walkTopBoxes } from "@reelay/media-container";
import { inputError } from "../../errors.ts";
import type { SourceReader } from "../source/index.ts";

/** End of a fragmented file, longer than most fragments. */
const TAIL_BYTES = 8 * 1024 * 1024;
/**
 * Start of a fragment after its length (ISO 14496-12, 8.8.4 and 8.8.5): a box of 16 bytes with its number.
 */
const fragmentStart = Buffer.from("moof\0\0\0\u0010mfhd", "latin1");

/**
 * Detects a truncated MP4 or MOV. With its index first, such a file still opens and would silently play only
 * up to the cut. A top-level box that extends beyond the end of the file shows the cut. A recording with
 * thousands of fragments has a long chain of boxes, so there only the last ones are checked. A file with even
 * more boxes is accepted unchecked.
 */
export async function assertWhole(
  source: Pick<SourceReader, "look" | "sizeBytes">,
  signal: AbortSignal,
): Promise<void> {
  let isFragmented = false;
  for await (const box of walkTopBoxes(source, { signal })) {
    if (!/^[\x20-\x7e]{4}$/.test(box.type)) return;
    assertInside(box, source);
    if (box.type !== "moof" || isFragmented) continue;
    isFragmented = true;
    const from = await findLastFragment(source, signal);
    if (from === null) continue;
    for await (const last of walkTopBoxes(source, { from, signal })) assertInside(last, source);
    return;
  }
}

function assertInside({ type, at, sizeBytes }: TopBox, source: Pick<SourceReader, "sizeBytes">): void {
  if (type === "mdat" && at + sizeBytes > source.sizeBytes) {
    throw inputError(
      "SOURCE_TRUNCATED",
      `The source is cut off: its media data should extend to byte ${at + sizeBytes}, but the file has ${source.sizeBytes}. Upload the whole file.`,
    );
  }
}

/**
 * Start of the last fragment of which the end of the file contains at least a part; null if none starts
 * there.
 */
async function findLastFragment(
  source: Pick<SourceReader, "look" | "sizeBytes">,
  signal: AbortSignal,
): Promise<number | null> {
  const start = Math.max(0, source.sizeBytes - TAIL_BYTES);
  const tail = await source.look(start, TAIL_BYTES, signal);
  const found = tail.lastIndexOf(fragmentStart);
  return found < 4 ? null : start + found - 4;
}
