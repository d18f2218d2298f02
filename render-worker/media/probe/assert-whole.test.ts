import { expect, test } from "vitest";
import { MemoryRanges } from "../../testing/memory-reader.ts";
import { box, numbers } from "../../testing/mp4-bytes.ts";
import { createBlockReader } from "../source/block-reader.ts";
import type { SourceReader } from "../source/source-reader.ts";
import { assertWhole } from "./assert-whole.ts";

const { signal } = new AbortController();
const start = box("ftyp", Buffer.from("isom\0\0\0\0isom"));

/** Number of requests to a remote store. */
async function requestsFor(bytes: Buffer): Promise<number> {
  const ranges = new MemoryRanges(bytes);
  await assertWhole(createBlockReader(ranges, { signal }), signal);
  return ranges.opened.length;
}

const mebibyte = 1024 * 1024;
/** Sparse files that are larger than any memory, with a few bytes at some places. */
function sparse(
  pieces: ReadonlyMap<number, Buffer>,
  sizeBytes: number,
  onLook: (looks: number) => void = () => undefined,
): Pick<SourceReader, "look" | "sizeBytes"> & { looks: number } {
  const reader = {
    ...{ sizeBytes, looks: 0 },
    look(from: number, length: number) {
      reader.looks += 1;
      onLook(reader.looks);
      const bytes = Buffer.alloc(Math.min(length, sizeBytes - from));
      for (const [at, piece] of pieces) {
        if (at + piece.length > from && at < from + bytes.length)
          piece.copy(bytes, Math.max(0, at - from), Math.max(0, from - at));
      }
      return Promise.resolve(bytes);
    },
  };
  return reader;
}

const moof = box("moof", box("mfhd", numbers(0, 1)), box("traf"));
const mdatHead = (bytes: number) => Buffer.concat([numbers(bytes + 8), Buffer.from("mdat")]);

/** Fragments with this many bytes of media each. */
function fragmented(count: number, mediaBytes: number) {
  const pieces = new Map<number, Buffer>([[0, Buffer.concat([start, box("moov")])]]);
  let at = start.length + 8;
  for (let fragment = 0; fragment < count; fragment += 1) {
    pieces.set(at, Buffer.concat([moof, mdatHead(mediaBytes)]));
    at += moof.length + 8 + mediaBytes;
  }
  return { pieces, sizeBytes: at };
}

test("a few reads tell a truncated file from a whole one", async () => {
  const whole = Buffer.concat([start, box("moov", Buffer.alloc(9_000)), box("mdat", Buffer.alloc(50_000))]);
  expect(await requestsFor(whole)).toBeLessThanOrEqual(2);
  await expect(requestsFor(whole.subarray(0, -1))).rejects.toMatchObject({
    reported: { code: "SOURCE_TRUNCATED", retriable: false },
  });
});

test("a million empty boxes after a video are not all read", async () => {
  const video = Buffer.concat([start, box("moov"), box("mdat", Buffer.alloc(64))]);
  expect(await requestsFor(Buffer.concat([video, Buffer.alloc(8_000_000, box("free"))]))).toBeLessThan(50);
});

test.each([
  ["ten thousand short fragments", 10_000, 100_000],
  ["fragments longer than the range read at the end", 50, 9 * mebibyte],
])("with %s, the last one shows whether the recording is whole", async (_, count, mediaBytes) => {
  const { pieces, sizeBytes } = fragmented(count, mediaBytes);
  const whole = sparse(pieces, sizeBytes);
  await assertWhole(whole, signal);
  expect(whole.looks).toBeLessThanOrEqual(100);
  await expect(assertWhole(sparse(pieces, sizeBytes - 1), signal)).rejects.toMatchObject({
    reported: { code: "SOURCE_TRUNCATED" },
  });
});

test("the number of separate reads for boxes is limited", async () => {
  const [count, bytes] = [5_000, 8_192];
  const head = Buffer.concat([numbers(bytes), Buffer.from("free")]);
  const reader = sparse(new Map(Array.from({ length: count }, (_, at) => [at * bytes, head])), count * bytes);
  await assertWhole(reader, signal);
  expect(reader.looks).toBe(1_000);
});

test("the check ends when its task is aborted", async () => {
  const { pieces, sizeBytes } = fragmented(100, 9 * mebibyte);
  const task = new AbortController();
  const reader = sparse(pieces, sizeBytes, (looks) => {
    if (looks === 6) task.abort(new Error("canceled"));
  });
  await expect(assertWhole(reader, task.signal)).rejects.toThrow("canceled");
  expect(reader.looks).toBe(6);
});
