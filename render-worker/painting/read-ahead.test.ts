import { setImmediate as turn } from "node:timers/promises";
import { array, assert, asyncProperty, boolean, infiniteStream, integer } from "fast-check";
import { expect, test } from "vitest";
import type { FilmFrame } from "./frame.ts";
import { KEPT_PACKETS } from "./packets.ts";
import { ByteRing, ReadAhead } from "./read-ahead.ts";

const frame = (value: number, bytes = 10): FilmFrame => ({
  packet: Buffer.alloc(bytes, value),
  repeats: value + 1,
});

test("frames are read before they are needed, until the memory is full", async () => {
  let drawn = 0;
  async function* draw() {
    for (; drawn < 20; drawn += 1) yield frame(drawn);
  }
  using ahead = new ReadAhead(draw(), new ByteRing(100));
  await turn();
  expect(drawn).toBe(10);
  const read: number[] = [];
  for await (const { packet, repeats } of ahead.read()) {
    expect([...packet]).toEqual(Array.from({ length: 10 }, () => repeats - 1));
    read.push(repeats);
  }
  expect(read).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  await ahead.allRead;
});

test("packets of any size arrive unchanged, and stay so for the next few", async () => {
  const sizes = array(integer({ min: 1, max: 40 }), { maxLength: 60 });
  await assert(
    asyncProperty(sizes, infiniteStream(boolean()), async (lengths, slow) => {
      async function* draw() {
        for (const [index, length] of lengths.entries()) {
          if (slow.next().value) await turn();
          yield frame(index, length);
        }
      }
      using ahead = new ReadAhead(draw(), new ByteRing(40 * (KEPT_PACKETS + 2)));
      const kept: FilmFrame[] = [];
      let count = 0;
      for await (const one of ahead.read()) {
        if (slow.next().value) await turn();
        expect(one.packet.length).toBe(lengths[count]);
        kept.push(one);
        if (kept.length > KEPT_PACKETS) kept.shift();
        for (const { packet, repeats } of kept)
          expect(packet.every((byte) => byte === repeats - 1)).toBe(true);
        count += 1;
      }
      expect(count).toBe(lengths.length);
    }),
  );
});

test("a failure of the drawing arrives after the frames before it", async () => {
  async function* draw() {
    yield frame(0);
    await turn();
    throw new Error("The painter has crashed.");
  }
  using ahead = new ReadAhead(draw(), new ByteRing(100));
  const frames = ahead.read();
  expect((await frames.next()).value).toMatchObject({ repeats: 1 });
  await expect(frames.next()).rejects.toThrow("crashed");
  await expect(ahead.allRead).rejects.toThrow("crashed");
});

test("disposing ends the reading", async () => {
  let ended = false;
  async function* draw() {
    try {
      for (let drawn = 0; ; drawn += 1) yield frame(drawn);
    } finally {
      ended = true;
    }
  }
  const ahead = new ReadAhead(draw(), new ByteRing(100));
  ahead[Symbol.dispose]();
  await ahead.allRead;
  expect(ended).toBe(true);
});
