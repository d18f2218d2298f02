import { expect, test } from "vitest";
import { createReuse, REUSE_MS } from "./reuse.ts";

function createWorld() {
  const world = { now: 0, asked: 0, isAway: false };
  const reuse = createReuse(
    () => {
      world.asked += 1;
      return world.isAway ? Promise.reject(new Error("away")) : Promise.resolve(world.asked);
    },
    () => world.now,
  );
  return { world, reuse };
}

test("concurrent and recent calls share one look-up", async () => {
  const { world, reuse } = createWorld();
  expect(await Promise.all([reuse.get("a"), reuse.get("a")])).toEqual([1, 1]);
  world.now = REUSE_MS - 1;
  expect(await reuse.get("a")).toBe(1);
  world.now = REUSE_MS;
  expect(await reuse.get("a")).toBe(2);
});

test("the last answer is reused for ten minutes while the database is unavailable", async () => {
  const { world, reuse } = createWorld();
  await reuse.get("a");
  world.isAway = true;
  world.now = 599_000;
  expect(await reuse.get("a")).toBe(1);
  await expect(reuse.get("b")).rejects.toThrow("away");
  world.now = 600_000 + REUSE_MS;
  await expect(reuse.get("a")).rejects.toThrow("away");
  world.isAway = false;
  expect(await reuse.get("a")).toBeGreaterThan(1);
});

test("a forgotten answer is looked up again", async () => {
  const { reuse } = createWorld();
  await reuse.get("a");
  reuse.forget("a");
  expect(await reuse.get("a")).toBe(2);
});
