import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createAfterGate } from "./after-gate.ts";
import { decodeCursor, encodeCursor, isNewer, type Position, parseCursor } from "./cursor.ts";

const at = (revision: number, sequence = 0, attempt = sequence === 0 ? "" : "a1"): Position => ({
  revision,
  attempt,
  sequence,
});

test("a decoded cursor is the position that was encoded", () => {
  const positions = fc.record({
    revision: fc.nat(),
    attempt: fc.constantFrom("", "0a1b2c3d"),
    sequence: fc.nat(),
  });
  fc.assert(
    fc.property(positions, (position) => {
      expect(decodeCursor(encodeCursor(position))).toEqual(position);
    }),
  );
});

test("any other text is refused", () => {
  fc.assert(fc.property(fc.string(), (text) => void decodeCursor(text)));
  expect(() => parseCursor("x")).toThrow('"x" is not a cursor of a video');
  expect(() => parseCursor("")).toThrow("is not a cursor");
});

test("positions are ordered by revision, then by progress; another attempt's progress is newer", () => {
  const newer = [
    [at(2), at(1, 9)],
    [at(1, 2), at(1, 1)],
    [at(1, 1, "b2"), at(1, 9)],
  ] as const;
  for (const [position, than] of newer) {
    expect(isNewer(position, than)).toBe(true);
    expect(isNewer(than, than)).toBe(false);
  }
  expect(isNewer(at(1), at(1, 9))).toBe(false);
});

test("a change waits briefly for progress that the viewer already received from another process", () => {
  let now = 0;
  const passes = createAfterGate(at(5, 100), () => now);
  expect(passes(at(6, 90))).toBe(false);
  now = 1_000;
  expect(passes(at(6, 91))).toBe(true);
});

test("a terminal state does not wait for progress", () => {
  expect(createAfterGate(at(5, 100), () => 0)(at(6))).toBe(true);
});
