import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { CHUNK_BYTES, partsFrom, toChunks } from "./chunks.ts";

const spans = async (pieces: readonly Uint8Array[]) =>
  (await Array.fromAsync(toChunks(Readable.from(pieces)))).map(({ start, end, isLast, parts }) => ({
    start,
    end,
    isLast,
    isFull: parts.reduce((sum, { length }) => sum + length, 0) === end - start,
  }));

test("a body is cut into chunks of equal size, and the last one is marked", async () => {
  const MiB = 1024 * 1024;
  expect(await spans([])).toEqual([{ start: 0, end: 0, isLast: true, isFull: true }]);
  expect(await spans([new Uint8Array(CHUNK_BYTES)])).toEqual([
    { start: 0, end: CHUNK_BYTES, isLast: true, isFull: true },
  ]);
  expect(await spans([new Uint8Array(5 * MiB), new Uint8Array(5 * MiB), new Uint8Array(7 * MiB)])).toEqual([
    { start: 0, end: CHUNK_BYTES, isLast: false, isFull: true },
    { start: CHUNK_BYTES, end: 2 * CHUNK_BYTES, isLast: false, isFull: true },
    { start: 2 * CHUNK_BYTES, end: 17 * MiB, isLast: true, isFull: true },
  ]);
});

test("the rest of a chunk may start at any byte", () => {
  const parts = ["abc", "de", "f"].map((text) => Buffer.from(text));
  const chunk = { parts, start: 10, end: 16, isLast: true };
  const left = (from: number) => Buffer.concat(partsFrom(chunk, from)).toString();
  expect([10, 12, 13, 14, 15, 16].map(left)).toEqual(["abcdef", "cdef", "def", "ef", "f", ""]);
});
