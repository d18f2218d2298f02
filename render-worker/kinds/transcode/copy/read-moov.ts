import { walkTopBoxes } from "@reelay/media-container";
import { readPiece, type SourceReader } from "../../../media/source/index.ts";

/**
 * Ten hours of 60 frames per second and of audio, each sample in its own chunk, have tables of 80 MB; most
 * recordings have a tenth.
 */
const MOST_BYTES = 96 * 1024 * 1024;
/** Longer reads use whole blocks. */
const LOOK_BYTES = 4_096;

/**
 * The content of an MP4 or MOV file's `moov`. Null if it is missing, truncated, or larger than that of any
 * accepted video.
 */
export async function readMoov(reader: SourceReader, signal: AbortSignal): Promise<Buffer | null> {
  for await (const { type, at, headerBytes, sizeBytes } of walkTopBoxes(reader, { signal })) {
    if (at + sizeBytes > reader.sizeBytes) return null;
    if (type !== "moov") continue;
    if (sizeBytes > MOST_BYTES) return null;
    const length = sizeBytes - headerBytes;
    const from = at + headerBytes;
    const body =
      length <= LOOK_BYTES
        ? await reader.look(from, length, signal)
        : await readPiece(reader, from, length, signal);
    return body.length === length ? body : null;
  }
  return null;
}
