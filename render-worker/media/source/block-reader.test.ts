import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { MemoryRanges } from "../../testing/memory-reader.ts";
import { createBlockReader } from "./block-reader.ts";

const never = new AbortController().signal;
const bytes = Buffer.from(Array.from({ length: 100 }, (_, at) => at));
const options = { signal: never, blockBytes: 10, keptBlocks: 4, aheadBlocks: 2 };

const read = async (
  reader: ReturnType<typeof createBlockReader>,
  start: number,
  end: number,
  signal = never,
): Promise<Buffer> => buffer(Readable.from(reader.read(start, end, signal)));

test("any range is read across block borders", async () => {
  const reader = createBlockReader(new MemoryRanges(bytes), options);
  for (const [start, end] of [
    [0, 100],
    [0, 1],
    [9, 11],
    [10, 20],
    [37, 83],
    [99, 100],
    [5, 5],
  ] as const) {
    expect(await read(reader, start, end)).toEqual(bytes.subarray(start, end));
  }
});

test("a sequential read prefetches the next blocks, and a short read fetches a single block", async () => {
  const ranges = new MemoryRanges(bytes);
  const reader = createBlockReader(ranges, options);
  await read(reader, 42, 44);
  expect(ranges.opened).toEqual([[40, 50]]);
  for await (const _piece of reader.read(0, 100, never)) break;
  const pieces = reader.read(0, 100, never)[Symbol.asyncIterator]();
  await pieces.next();
  await pieces.next();
  expect(ranges.opened).toEqual([
    [40, 50],
    [0, 10],
    [10, 20],
    [20, 30],
  ]);
});

test("re-reading a recent range fetches nothing, and memory stays bounded", async () => {
  const ranges = new MemoryRanges(bytes);
  const reader = createBlockReader(ranges, { ...options, aheadBlocks: 0 });
  for (const at of [0, 90, 5, 95, 0, 90]) await read(reader, at, at + 5);
  expect(ranges.opened).toEqual([
    [0, 10],
    [90, 100],
  ]);
  for (const at of [10, 20, 30, 0]) await read(reader, at, at + 5);
  expect(ranges.opened.slice(2)).toEqual([
    [10, 20],
    [20, 30],
    [30, 40],
    [0, 10],
  ]);
});

test("a look fetches only the requested bytes, or takes them from memory", async () => {
  const ranges = new MemoryRanges(bytes);
  const reader = createBlockReader(ranges, options);
  expect(await reader.look(42, 3, never)).toEqual(bytes.subarray(42, 45));
  expect(await reader.look(98, 9, never)).toEqual(bytes.subarray(98));
  expect(await reader.look(100, 9, never)).toEqual(Buffer.of());
  await read(reader, 0, 1);
  expect(await reader.look(2, 3, never)).toEqual(bytes.subarray(2, 5));
  expect(ranges.opened).toEqual([
    [42, 45],
    [98, 100],
    [0, 10],
  ]);
});

test("a range that breaks, ends early or stalls resumes at the same byte", async () => {
  const ranges = new MemoryRanges(bytes);
  const troubles = [
    () => Readable.from(broken(bytes.subarray(0, 3))),
    () => Readable.from([bytes.subarray(3, 5)]),
    () => silent(bytes.subarray(5, 6)),
    () => {
      throw new Error("busy");
    },
  ];
  ranges.trouble = () => troubles.shift()?.();
  const reasons: string[] = [];
  ranges.beforeRetry = (error, tried) => {
    reasons.push(`${error instanceof Error ? error.message : String(error)} (${tried})`);
    return 0;
  };
  const reader = createBlockReader(ranges, { ...options, idleMs: 50 });
  expect(await read(reader, 0, 10)).toEqual(bytes.subarray(0, 10));
  expect(ranges.opened).toEqual([
    [0, 10],
    [3, 10],
    [5, 10],
    [6, 10],
    [6, 10],
  ]);
  expect(reasons).toEqual([
    "connection lost (0)",
    "the bytes 0 to 10 were requested, and 5 of them arrived (0)",
    "no byte arrived for 50 ms (0)",
    "busy (1)",
  ]);
});

test("a failed block rejects its readers and is fetched again for a later reader", async () => {
  const ranges = new MemoryRanges(bytes);
  ranges.trouble = (start) => {
    if (start === 20) throw new Error("gone");
    return undefined;
  };
  const reader = createBlockReader(ranges, options);
  await expect(read(reader, 0, 30)).rejects.toThrow("gone");
  ranges.trouble = () => undefined;
  expect(await read(reader, 0, 30)).toEqual(bytes.subarray(0, 30));
});

test("an aborted reader stops waiting without affecting other readers of the block", async () => {
  const ranges = new MemoryRanges(bytes);
  const late = Promise.withResolvers<void>();
  ranges.trouble = (start, end) =>
    Readable.from(
      (async function* () {
        await late.promise;
        yield bytes.subarray(start, end);
      })(),
    );
  const reader = createBlockReader(ranges, options);
  const leaving = new AbortController();
  const left = read(reader, 0, 10, leaving.signal);
  const stays = read(reader, 0, 10);
  leaving.abort(new Error("left"));
  await expect(left).rejects.toThrow("left");
  late.resolve();
  expect(await stays).toEqual(bytes.subarray(0, 10));
  expect(ranges.opened).toEqual([[0, 10]]);
});

async function* broken(start: Buffer) {
  yield start;
  throw new Error("connection lost");
}

const silent = (start: Buffer) => {
  const stream = new Readable({ read: () => undefined });
  stream.push(start);
  return stream;
};
