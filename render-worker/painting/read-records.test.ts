import { expect, test } from "vitest";
import { type PainterRecord, readRecords } from "./read-records.ts";
import { beginning, colour, done, event, frame, hello, rectangle, samples, step } from "./testing/records.ts";

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size = 1_000): Promise<PainterRecord[]> {
  const records: PainterRecord[] = [];
  for await (const record of readRecords(inChunks(bytes, size))) records.push(record);
  return records;
}

const red = colour(255, 0, 0, 64 * 36);
const whole = Buffer.concat([
  beginning({ hasAudio: true }),
  step(0, 3),
  frame(red, 2),
  samples(Buffer.alloc(400)),
  frame(red),
  done(1, 3),
]);
const corner = { x: 60, y: 30, width: 4, height: 6 };
const blue = colour(0, 0, 255, corner.width * corner.height);

test.each([1, 7, 64, 100_000])("records are the same in chunks of %i bytes", async (size) => {
  const records = await read(whole, size);
  expect(records.map((one) => (one.kind === "event" ? one.event.type : one.kind))).toEqual([
    ...["hello", "scenes", "counted", "picture", "step"],
    ...["frame", "samples", "frame", "done"],
  ]);
  const first = records.find((one) => one.kind === "frame");
  expect(first?.repeats).toBe(2);
  expect(first?.pixels).toEqual(red);
});

const header = (kind: string, a: number, length: number) => {
  const bytes = Buffer.alloc(16);
  bytes.write(kind, "latin1");
  bytes.writeUInt32LE(a, 4);
  bytes.writeUInt32LE(length, 12);
  return bytes;
};

test("a rectangle is the frame before it with other pixels there", async () => {
  const top = { x: 0, y: 0, width: 64, height: 1 };
  const bytes = Buffer.concat([
    beginning(),
    frame(red),
    rectangle(corner, blue, 3),
    rectangle(top, colour(0, 255, 0, 64)),
  ]);
  for (const size of [1, 1_000]) {
    const frames: Buffer[] = [];
    const repeats: number[] = [];
    for await (const record of readRecords(inChunks(bytes, size))) {
      if (record.kind !== "frame") continue;
      frames.push(Buffer.from(record.pixels));
      repeats.push(record.repeats);
    }
    expect(repeats).toEqual([1, 3, 1]);
    const rgb = (index: number, x: number, y: number) =>
      [...(frames[index]?.subarray((y * 64 + x) * 4, (y * 64 + x) * 4 + 3) ?? [])].join();
    expect([rgb(1, 59, 30), rgb(1, 60, 29), rgb(1, 60, 30), rgb(1, 63, 35)]).toEqual([
      ...["255,0,0", "255,0,0", "0,0,255", "0,0,255"],
    ]);
    expect([rgb(2, 63, 0), rgb(2, 0, 1), rgb(2, 63, 35)]).toEqual(["0,255,0", "255,0,0", "0,0,255"]);
    expect(frames[0]).toEqual(red);
  }
});

test("many rectangles and frames in turns give the same pixels as each drawn whole", async () => {
  const width = 64;
  const expected = [red];
  const records = [beginning(), frame(red)];
  for (let index = 1; index < 40; index += 1) {
    const pixels = Buffer.from(expected.at(-1) ?? red);
    const place = {
      x: (index * 7) % 60,
      y: (index * 11) % 30,
      width: 1 + (index % 4),
      height: 1 + (index % 6),
    };
    const replacement = colour(index, 255 - index, 0, place.width * place.height);
    if (index % 9 === 0) pixels.fill(index);
    else
      for (let row = 0; row < place.height; row += 1)
        replacement.copy(
          pixels,
          ((place.y + row) * width + place.x) * 4,
          row * place.width * 4,
          (row + 1) * place.width * 4,
        );
    records.push(index % 9 === 0 ? frame(pixels) : rectangle(place, replacement));
    expected.push(pixels);
  }
  let drawn = 0;
  for await (const record of readRecords(inChunks(Buffer.concat(records), 1_000))) {
    if (record.kind !== "frame") continue;
    expect(record.pixels.equals(expected[drawn] ?? Buffer.of())).toBe(true);
    expect(record.change === null).toBe(drawn % 9 === 0);
    drawn += 1;
  }
  expect(drawn).toBe(40);
});

test.each([
  ["another kind of record", header("EVIL", 0, 0), "EVNT, FRAM, RECT or SAMP"],
  ["an event of 4 GiB", header("EVNT", 0, 0xffff_ffff), "65536 bytes"],
  ["samples of 4 GiB", header("SAMP", 0, 0xffff_fffc), "4194304 bytes"],
  ["half a sample", Buffer.concat([hello, samples(Buffer.alloc(3))]), "whole samples"],
  ["another event first", done(), "hello first"],
  ["an unknown event", Buffer.concat([hello, event({ type: "shell", command: "id" })]), "known event"],
  [
    "a negative number",
    Buffer.concat([hello, event({ type: "step", index: -1, name: "", frames: 1 })]),
    "index",
  ],
  ["no JSON", Buffer.concat([hello, header("EVNT", 0, 2), Buffer.from("{]")]), "JSON"],
  ["no UTF-8", Buffer.concat([hello, header("EVNT", 0, 2), Buffer.from([0xc3, 0x28])]), "JSON"],
  ["a frame before its size", Buffer.concat([hello, frame(red)]), "picture before"],
  ["a frame of another size", Buffer.concat([beginning(), frame(red.subarray(4))]), "9216 bytes"],
  ["a second size", Buffer.concat([beginning(), beginning().subarray(hello.length)]), "one picture"],
  ["a frame shown 2³¹ times", Buffer.concat([beginning(), frame(red, 2 ** 31)]), "36000 times"],
  ["a frame never shown", Buffer.concat([beginning(), frame(red, 0)]), "36000 times"],
  ["a rectangle before a frame", Buffer.concat([beginning(), rectangle(corner, blue)]), "a frame before"],
  [
    "a rectangle beyond the right edge",
    Buffer.concat([beginning(), frame(red), rectangle({ ...corner, x: 61 }, blue)]),
    "within 64×36 pixels",
  ],
  [
    "a rectangle of nothing",
    Buffer.concat([beginning(), frame(red), rectangle({ ...corner, width: 0 }, Buffer.of())]),
    "within 64×36 pixels",
  ],
  [
    "a rectangle with too few pixels",
    Buffer.concat([beginning(), frame(red), rectangle(corner, blue.subarray(4))]),
    "112 bytes for 4×6 pixels",
  ],
  [
    "a rectangle of 4 GiB",
    Buffer.concat([beginning(), frame(red), header("RECT", 1, 0xffff_ffff)]),
    "a rectangle of 16 to 9232 bytes",
  ],
  [
    "a rectangle never shown",
    Buffer.concat([beginning(), frame(red), rectangle(corner, blue, 0)]),
    "36000 times",
  ],
  ["a record that is cut off", whole.subarray(0, -1), "its end"],
  ["a header that is cut off", Buffer.concat([hello, hello.subarray(0, 5)]), "its end"],
])("%s ends the stream with an error that names the expectation", async (_what, bytes, text) => {
  await expect(read(bytes)).rejects.toThrow(text);
});

test("20,000 events are enough", async () => {
  const many = Buffer.concat([hello, ...Array.from({ length: 20_000 }, () => step(0))]);
  await expect(read(many)).rejects.toThrow("at most 20000 events");
});

const moving = Buffer.concat([
  beginning(),
  frame(red),
  ...Array.from({ length: 20 }, () => rectangle(corner, blue)),
  done(1, 21),
]);

test("of a thousand altered streams, each is read to its end or refused", async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  let refused = 0;
  for (let round = 0; round < 1_000; round += 1) {
    const altered = Buffer.from(round % 2 === 0 ? whole : moving);
    for (let change = 0; change <= random(4); change += 1) altered[random(altered.length)] = random(256);
    const cut = random(3) === 0 ? altered.subarray(0, random(altered.length)) : altered;
    await read(cut).catch((error: Error) => {
      expect(error.name).toBe("ProtocolError");
      refused += 1;
    });
  }
  // Most bytes are pixels, which may have any value.
  expect(refused).toBeGreaterThan(100);
});
