import { type TopBox, walkTopBoxes } from "@reelay/media-container";
import { inputError } from "../../errors.ts";
import type { SourceReader } from "../source/index.ts";

/** Of a file of fragments: more than most of them are long. */
const tailBytes = 8 * 1024 * 1024;
/** How a fragment begins, behind its length (ISO 14496-12, 8.8.4 and 8.8.5): with its number, in a box of 16 bytes. */
const fragmentStart = Buffer.from("moof\0\0\0\u0010mfhd", "latin1");

/**
 * An MP4 or MOV whose index comes first can be cut off and still open: it would play up to the cut, and nobody would be told. Its
 * top-level boxes say how long they are: one that reaches beyond the end of the file was cut. A recording in thousands of fragments has a chain
 * of them that takes long to follow: there the last ones are looked at. What has more boxes than anybody would follow is taken as it is.
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
      `The source is cut off: its media data should reach to byte ${at + sizeBytes}, and the file has ${source.sizeBytes}. Upload the whole file.`,
    );
  }
}

/** Where the last of the fragments begins that the end of the file has whole or in part; null where none begins there. */
async function findLastFragment(
  source: Pick<SourceReader, "look" | "sizeBytes">,
  signal: AbortSignal,
): Promise<number | null> {
  const start = Math.max(0, source.sizeBytes - tailBytes);
  const tail = await source.look(start, tailBytes, signal);
  const found = tail.lastIndexOf(fragmentStart);
  return found < 4 ? null : start + found - 4;
}
