import { walkTopBoxes } from "@reelay/media-container";
import type { SourceReader } from "../source/index.ts";

/** Boxes that may come first in an MP4 or MOV (ISO 14496-12, table 1; QuickTime File Format, "Atoms"). Recordings without `ftyp` begin with their media. */
const firstTypes = new Set(["ftyp", "styp", "moov", "mdat", "free", "skip", "wide", "pnot", "uuid", "sidx"]);

/** Whether a file begins as an MP4 or MOV does: a known box, and behind it another one or the end. Text, archives and noise do not, regardless of their names. */
export async function beginsAsMovie(
  source: Pick<SourceReader, "look" | "sizeBytes">,
  signal: AbortSignal,
): Promise<boolean> {
  let isFirst = true;
  for await (const { type, at, sizeBytes } of walkTopBoxes(source, { signal })) {
    if (!isFirst) return /^[\x20-\x7e\xa9]{4}$/.test(type);
    if (!firstTypes.has(type)) return false;
    if (at + sizeBytes >= source.sizeBytes) return true;
    isFirst = false;
  }
  // A first box that reaches to the end of the file does not say how long it is.
  return !isFirst || (await source.look(4, 4, signal)).toString("latin1") === "mdat";
}
