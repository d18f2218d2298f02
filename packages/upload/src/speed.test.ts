import { expect, test } from "vitest";
import { createSpeedMeter } from "./speed.ts";

test("speed covers the last five seconds", () => {
  const speed = createSpeedMeter();
  expect(speed.read()).toBeNull();
  speed.add(0, 0);
  speed.add(1_000, 1_000);
  expect(speed.read()).toBe(1_000);
  for (let second = 2; second <= 10; second += 1) speed.add(1_000 + (second - 1) * 5_000, second * 1_000);
  expect(speed.read()).toBe(5_000);
});

test("bytes lost with a broken connection do not make the speed negative", () => {
  const speed = createSpeedMeter();
  speed.add(0, 0);
  speed.add(8_000, 1_000);
  speed.add(4_000, 2_000);
  expect(speed.read()).toBeNull();
  speed.add(6_000, 3_000);
  expect(speed.read()).toBe(2_000);
});

test("a pause does not affect the speed after it", () => {
  const speed = createSpeedMeter();
  speed.add(0, 0);
  speed.add(1_000, 1_000);
  speed.reset();
  speed.add(1_000, 600_000);
  expect(speed.read()).toBeNull();
});
