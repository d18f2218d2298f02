import { writeSync } from "node:fs";

const STDOUT = 1;
const HEADER_BYTES = 16;
const MAX_REPEATS = 36_000;

/** In pixels, from the top left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Writes the records of docs/reference/painters.md to standard output. */
export const send = {
  event: (fields: { type: string } & Record<string, unknown>): void =>
    record("EVNT", 0, Buffer.from(JSON.stringify(fields))),
  frame: (pixels: Buffer, repeats: number): void =>
    repeated(repeats, (times) => record("FRAM", times, pixels)),
  rectangle({ x, y, width, height }: Box, pixels: Buffer, repeats: number): void {
    const place = Buffer.alloc(HEADER_BYTES);
    for (const [index, value] of [x, y, width, height].entries()) place.writeUInt32LE(value, index * 4);
    repeated(repeats, (times) => record("RECT", times, place, pixels));
  },
};

function repeated(repeats: number, sendOnce: (times: number) => void): void {
  for (let left = repeats; left > 0; left -= MAX_REPEATS) sendOnce(Math.min(left, MAX_REPEATS));
}

function record(kind: string, a: number, ...payload: readonly Buffer[]): void {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(kind, "latin1");
  header.writeUInt32LE(a, 4);
  header.writeUInt32LE(
    payload.reduce((sum, part) => sum + part.length, 0),
    12,
  );
  for (const part of [header, ...payload]) writeAll(part);
}

/** Blocks while the worker does not read: the next picture is drawn when this one is taken. */
function writeAll(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(STDOUT, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
