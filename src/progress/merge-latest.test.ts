import { expect, test } from "vitest";
import { createLatestChannel } from "./latest-channel.ts";
import { mergeLatest } from "./merge-latest.ts";

const channels = (count: number) => {
  const ended: number[] = [];
  const all = Array.from({ length: count }, (_, index) =>
    createLatestChannel<string>(() => void ended.push(index)),
  );
  return { all, ended };
};

test("values of all streams are delivered in the order in which they were pushed", async () => {
  const { all } = channels(3);
  const merged = mergeLatest(all);
  all[1]?.push("b1");
  all[0]?.push("a1");
  all[2]?.push("c1");
  const values = [await merged.next(), await merged.next(), await merged.next()];
  expect(values.map(({ value }) => value)).toEqual(["b1", "a1", "c1"]);
});

test("a slow consumer skips outdated states of each stream and receives the newest of each", async () => {
  const { all } = channels(2);
  const merged = mergeLatest(all);
  for (let index = 0; index < 1_000; index += 1) for (const channel of all) channel.push(`${index}`);
  const seen: string[] = [];
  for (const channel of all) channel.end();
  for await (const value of merged) seen.push(value);
  expect(seen.length).toBeLessThanOrEqual(4);
  expect(seen.slice(-2)).toEqual(["999", "999"]);
});

test("the merged stream ends when all streams have ended", async () => {
  const { all } = channels(2);
  const merged = mergeLatest(all);
  all[0]?.end();
  const next = merged.next();
  all[1]?.push("b");
  expect((await next).value).toBe("b");
  all[1]?.end();
  expect((await merged.next()).done).toBe(true);
});

test("leaving the merged stream while it waits leaves every stream", async () => {
  const { all, ended } = channels(3);
  const merged = mergeLatest(all);
  const waiting = merged.next();
  await merged.return?.();
  expect((await waiting).done).toBe(true);
  expect(ended.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
});

test("a stream that fails ends the others", async () => {
  const { all, ended } = channels(1);
  const broken: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("broken")) }),
  };
  const merged = mergeLatest([...all, broken]);
  await expect(merged.next()).rejects.toThrow("broken");
  expect(ended).toEqual([0]);
});
