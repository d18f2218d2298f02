import { expect, test } from "vitest";
import { toSoundtrack } from "./film.ts";

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
