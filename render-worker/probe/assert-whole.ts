import { inputError } from "../errors.ts";
import type { SourceReader } from "../source/source-reader.ts";

/**
 * An MP4 or MOV whose index comes first can be cut off and still open: it would play up to the cut, and nobody would be told. Its
 * top-level boxes say how long they are: one that reaches beyond the end of the file was cut.
 */
export async function assertWhole(source: SourceReader, signal: AbortSignal): Promise<void> {
  let at = 0;
  while (at + 8 <= source.sizeBytes) {
    const header = await source.look(at, 16, signal);
    if (header.length < 8) return;
    const size32 = header.readUInt32BE(0);
    const type = header.toString("latin1", 4, 8);
    // 0: it reaches to the end of the file by definition.
    if (size32 === 0 || !/^[\x20-\x7e]{4}$/.test(type)) return;
    const size = size32 === 1 && header.length === 16 ? Number(header.readBigUInt64BE(8)) : size32;
    if (size < 8) return;
    if (at + size > source.sizeBytes && type === "mdat") {
      throw inputError(
        "SOURCE_TRUNCATED",
        `The source is cut off: its media data should reach to byte ${at + size}, and the file has ${source.sizeBytes}. Upload the whole file.`,
      );
    }
    at += size;
  }
}
