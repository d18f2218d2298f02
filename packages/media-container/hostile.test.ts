import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  codecString,
  createSteps,
  findBox,
  presentationSpan,
  readBoxHeader,
  readClocks,
  readClusterTicks,
  readMatroskaElement,
  readMatroskaInfo,
  readMovie,
  readPieceStartMs,
  retimeSegment,
  walkBoxes,
  walkTopBoxes,
} from "./index.ts";
import { box } from "./testing/box.ts";

const long = (type: string, sizeBytes: bigint): Buffer => {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1);
  head.write(type, 4, "latin1");
  head.writeBigUInt64BE(sizeBytes, 8);
  return head;
};

describe("boxes", () => {
  test("a 64-bit box size and a size up to the end of the file are read", () => {
    expect(readBoxHeader(long("mdat", 2n ** 33n))).toEqual({
      type: "mdat",
      headerBytes: 16,
      sizeBytes: 2 ** 33,
    });
    const last = Buffer.from("00000000", "hex");
    const boxes = [...walkBoxes(Buffer.concat([box("free"), last, Buffer.from("mdat123")]))];
    expect(boxes.map(({ type, body, isCut }) => [type, body.toString(), isCut])).toEqual([
      ["free", "", false],
      ["mdat", "123", false],
    ]);
  });

  test.each([
    ["shorter than its header", Buffer.from("0000000766726565", "hex")],
    ["with a 64-bit size shorter than its header", long("mdat", 15n)],
    ["truncated within its header", long("mdat", 20n).subarray(0, 12)],
  ])("a box %s ends the walk", (_, bytes) => {
    expect([...walkBoxes(bytes)]).toEqual([]);
  });

  test("a truncated box is marked, and no path leads through it", () => {
    const cut = box("moov", box("trak", Buffer.alloc(8))).subarray(0, -1);
    expect([...walkBoxes(cut)].map(({ isCut }) => isCut)).toEqual([true]);
    expect(findBox(cut, ["moov", "trak"])).toBeNull();
  });

  test("a walk with a step limit ends there, however many boxes follow", () => {
    const crowd = Buffer.concat(Array.from({ length: 1_000 }, () => box("free")));
    expect(() => findBox(crowd, ["moov"], createSteps(100))).toThrow(RangeError);
    expect(findBox(crowd, ["moov"], createSteps(1_001))).toBeNull();
  });

  test("a file of many small boxes is read in windows, up to a limit", async () => {
    const bytes = Buffer.concat(Array.from({ length: 20_000 }, () => box("free")));
    const looks: number[] = [];
    const source = {
      sizeBytes: bytes.length,
      look(start: number, length: number) {
        looks.push(start);
        return Promise.resolve(bytes.subarray(start, start + length));
      },
    };
    const boxes = await Array.fromAsync(walkTopBoxes(source, { signal: new AbortController().signal }));
    expect(boxes).toHaveLength(10_000);
    expect(looks.length).toBeLessThan(25);
  });
});

test("Matroska cluster times and durations are read", () => {
  const element = (id: string, content: Buffer) =>
    Buffer.concat([Buffer.from(id, "hex"), Buffer.from([0x80 + content.length]), content]);
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(30_000);
  const info = Buffer.concat([element("2ad7b1", Buffer.from("0f4240", "hex")), element("4489", duration)]);
  expect(readMatroskaInfo(info)).toEqual({ scaleNs: 1_000_000, durationMs: 30_000 });
  const checksum = element("bf", Buffer.alloc(4));
  expect(readClusterTicks(Buffer.concat([checksum, element("e7", Buffer.from([1, 0]))]))).toBe(256);
  // A live recording's segment has a size of all ones.
  const segment = Buffer.from("1853806701ffffffffffffff", "hex");
  expect(readMatroskaElement(segment, 100)).toEqual({ id: 0x18538067, from: 112, to: null });
  expect(readMatroskaElement(Buffer.alloc(12), 0)).toBeNull();
});

test("transport stream clocks are found whatever the offset and size of the packets", () => {
  const packet = (base: number) => {
    const bytes = Buffer.alloc(188, 0xff);
    Buffer.from([0x47, 0x01, 0x00, 0x30, 7, 0x10]).copy(bytes);
    bytes.writeUInt32BE(base / 2, 6);
    bytes[10] = 0;
    return bytes;
  };
  const clocks = [0, 2, 4, 6, 8, 10].map((each) => each * 9_000);
  for (const [before, after] of [[0, 0] as const, [4, 0] as const, [0, 16] as const]) {
    const stream = clocks.flatMap((ticks) => [Buffer.alloc(before), packet(ticks), Buffer.alloc(after)]);
    const found = [...readClocks(Buffer.concat([Buffer.alloc(50), ...stream]))];
    expect(found).toEqual(clocks.map((ticks) => ({ pid: 0x100, ticks })));
  }
});

test("arbitrary bytes throw only a RangeError, and claimed sizes cost no more than the bytes present", () => {
  const readers: ((bytes: Buffer) => unknown)[] = [
    (bytes) => [...walkBoxes(bytes)],
    (bytes) => [...readClocks(bytes)],
    (bytes) => readMovie(bytes, { videoIndex: 0, audioTracks: [{ index: 1 }] }),
    (bytes) => readMatroskaElement(bytes.subarray(0, 12), 0),
    readMatroskaInfo,
    readClusterTicks,
    presentationSpan,
    readPieceStartMs,
    (bytes) => retimeSegment(bytes, { leadTicks: 2, lastFragmentTicks: 90_000 }),
    codecString,
  ];
  const types = [
    "moov",
    "trak",
    "mdia",
    "mdhd",
    "minf",
    "stbl",
    "stsd",
    "moof",
    "traf",
    "trun",
    "tfhd",
    "avc1",
  ];
  const boxes = fc.letrec<{ node: Buffer }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.constantFrom(...types), fc.array(tie("node"), { maxLength: 4 }))
        .map(([type, inner]) => box(type, ...inner)),
    ),
  })).node;
  fc.assert(
    fc.property(boxes, (bytes) => {
      for (const read of readers) {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }
    }),
    { numRuns: 500 },
  );
});
