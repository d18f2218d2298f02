import { expect, test } from "vitest";
import { createMemoryStorage } from "../../testing/memory-storage.ts";
import { createResumePosition } from "./resume-position.ts";

test("a position in the middle is kept for each video separately", () => {
  const storage = createMemoryStorage();
  createResumePosition("a", storage).write(61.23, 600, false);
  expect(createResumePosition("a", storage).read()).toBe(61.2);
  expect(createResumePosition("b", storage).read()).toBeNull();
});

test("a barely started or finished video restarts", () => {
  const storage = createMemoryStorage();
  const position = createResumePosition("a", storage);
  position.write(100, 600, false);
  position.write(9, 600, false);
  expect(position.read()).toBeNull();
  position.write(100, 600, false);
  position.write(599, 600, false);
  expect(position.read()).toBeNull();
});

test("the end of the available range does not count as the end", () => {
  const position = createResumePosition("a", createMemoryStorage());
  position.write(59, 60, true);
  expect(position.read()).toBe(59);
});

test("without usable storage, no position is kept and nothing fails", () => {
  const refuse = () => {
    throw new Error("SecurityError");
  };
  for (const storage of [undefined, { getItem: refuse, setItem: refuse, removeItem: refuse }]) {
    const position = createResumePosition("a", storage);
    position.write(100, 600, false);
    expect(position.read()).toBeNull();
  }
});
