import { type FileHandle, open } from "node:fs/promises";
import { readBoxHeader } from "@reelay/media-container";
import { isIdr } from "./is-idr.ts";

/** The segment cannot be the start of playback. */
export class NotIdrError extends Error {
  constructor(path: string) {
    super(`The segment ${path} does not start with an IDR frame.`);
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

/** Position of the first `mdat`'s content: its first sample. */
async function mediaPosition(file: FileHandle): Promise<number | null> {
  const bytes = Buffer.alloc(16);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
    const header = readBoxHeader(bytes.subarray(0, bytesRead));
    if (header?.type === "mdat") return at + header.headerBytes;
    if (!header?.sizeBytes) return null;
    at += header.sizeBytes;
  }
}
