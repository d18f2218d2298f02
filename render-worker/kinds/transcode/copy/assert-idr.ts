import { type FileHandle, open } from "node:fs/promises";
import { isIdr } from "./is-idr.ts";

/** A segment that a player could not begin with. */
export class NotIdrError extends Error {
  constructor(path: string) {
    super(`The segment ${path} does not begin with an IDR frame.`);
    this.name = "NotIdrError";
  }
}

/** Throws `NotIdrError` unless the first frame of a media segment is an IDR picture. */
export async function assertIdr(path: string, lengthBytes: number): Promise<void> {
  await using file = await open(path, "r");
  const position = await mediaPosition(file);
  const sizeBytes = (await file.stat()).size - (position ?? 0);
  if (position === null || !(await isIdr(file, { position, sizeBytes, lengthBytes, isAlone: false }))) {
    throw new NotIdrError(path);
  }
}

/** Of the bytes in the first `mdat`: its first sample. */
async function mediaPosition(file: FileHandle): Promise<number | null> {
  const header = Buffer.alloc(8);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(header, 0, 8, at);
    if (bytesRead < 8) return null;
    if (header.toString("latin1", 4, 8) === "mdat") return at + 8;
    const size = header.readUInt32BE(0);
    if (size < 8) return null;
    at += size;
  }
}
