import { walkTopBoxes } from "@reelay/media-container";
import { readPiece, type SourceReader } from "../../../media/source/index.ts";

/** Ten hours of 60 pictures a second and of sound, each for itself in a place of its own, have tables of 80 MB; most recordings a tenth of that. */
const mostBytes = 96 * 1024 * 1024;
/** Of more than this whole blocks are read. */
const lookBytes = 4_096;

/** What is in the `moov` of an MP4 or MOV file; null where there is none, where it is cut off, or larger than that of any video that is taken. */
export async function readMoov(reader: SourceReader, signal: AbortSignal): Promise<Buffer | null> {
  for await (const { type, at, headerBytes, sizeBytes } of walkTopBoxes(reader, { signal })) {
    if (at + sizeBytes > reader.sizeBytes) return null;
    if (type !== "moov") continue;
    if (sizeBytes > mostBytes) return null;
    const length = sizeBytes - headerBytes;
    const from = at + headerBytes;
    const body =
      length <= lookBytes
        ? await reader.look(from, length, signal)
        : await readPiece(reader, from, length, signal);
    return body.length === length ? body : null;
  }
  return null;
}
