import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { assert, asyncProperty, integer } from "fast-check";
import { expect, test } from "vitest";
import { toFilm, toSoundtrack } from "./film.ts";
import { PacketWriter } from "./screen-codec.ts";

const fail = (error: unknown) => {
  throw error;
};

test("a stream is awaited while its reader waits for what is not made yet, and not while it is not read", async () => {
  const made = Promise.withResolvers<void>();
  async function* samples() {
    yield Buffer.alloc(4);
    await made.promise;
    yield Buffer.alloc(4);
  }
  const stream = toSoundtrack(samples(), fail);
  const reader = stream[Symbol.asyncIterator]();
  // The header, and two buffers for the first samples.
  for (let taken = 0; taken < 3; taken += 1) await reader.next();
  const next = reader.next();
  await expect.poll(() => stream.isAwaited()).toBe(true);
  made.resolve();
  await next;
  await expect.poll(() => stream.isAwaited()).toBe(false);
  await reader.return?.();
  expect(stream.isAwaited()).toBe(false);
});

test("frames of any size reach a program as they were drawn, however late it reads them", async () => {
  const picture = { type: "picture", width: 320, height: 180, frameRate: 30 } as const;
  const frames = async function* (rows: number, isKept: boolean) {
    const packets = new PacketWriter(picture);
    for (let shown = 0; shown < 60; shown += 1) {
      const pixels = Buffer.alloc(picture.width * rows * 4, shown + 1);
      const change = Buffer.concat([
        Buffer.from(new Uint32Array([0, 0, picture.width, rows]).buffer),
        pixels,
      ]);
      const packet = packets.change({ pixels, change });
      yield { packet: isKept ? Buffer.from(packet) : packet, repeats: 1 };
    }
  };
  await assert(
    asyncProperty(integer({ min: 1, max: picture.height }), async (rows) => {
      const expected = await buffer(toFilm(frames(rows, true), picture, fail));
      const program = spawn("sh", ["-c", "sleep 0.2; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
      const read = buffer(program.stdout);
      const ended = once(program, "close");
      await pipeline(toFilm(frames(rows, false), picture, fail), program.stdin);
      await ended;
      expect((await read).equals(expected)).toBe(true);
    }),
    { numRuns: 15, examples: [[1], [picture.height]] },
  );
}, 60_000);
