import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createEventCodec } from "./event-codec.ts";

const key = randomBytes(16);
const codec = createEventCodec(key);
const largest = { position: 2n ** 56n - 1n, atMs: 2 ** 48 - 1 };
const place = fc.record({
  position: fc.bigInt({ min: 0n, max: largest.position }),
  atMs: fc.nat(Number.MAX_SAFE_INTEGER).map((ms) => ms % (largest.atMs + 1)),
});

test("every position survives encoding, at every process with the same key", () => {
  const another = createEventCodec(key);
  fc.assert(
    fc.property(place, (given) => {
      expect(another.decodeCursor(codec.encodeCursor(given))).toEqual(given);
    }),
  );
  expect(codec.decodeCursor(codec.encodeCursor(largest))).toEqual(largest);
});

test("ids, altered cursors and those of another installation are not valid cursors", () => {
  const cursor = codec.encodeCursor({ position: 7n, atMs: 1_000 });
  const foreign = createEventCodec(randomBytes(16)).encodeCursor({ position: 7n, atMs: 1_000 });
  const altered = Array.from({ length: 16 }, (_, index) => {
    const bytes = Buffer.from(cursor, "base64url");
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    return bytes.toString("base64url");
  });
  for (const text of [codec.encodeId(7n), foreign, `${cursor}A`, cursor.slice(1), "", ...altered]) {
    expect(codec.decodeCursor(text)).toBeUndefined();
    expect(() => codec.parseCursor(text)).toThrow(expect.objectContaining({ code: "CURSOR_INVALID" }));
  }
});
