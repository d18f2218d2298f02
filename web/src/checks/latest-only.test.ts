import { expect, test } from "vitest";
import { createLatestOnly } from "./latest-only.ts";

test("requests do not pile up: after the running one only the newest follows", async () => {
  const ran: string[] = [];
  const ends: (() => void)[] = [];
  const request = createLatestOnly((input: string) => {
    ran.push(input);
    return new Promise<void>((resolve) => void ends.push(resolve));
  });
  for (const input of ["a", "b", "c"]) request(input);
  expect(ran).toEqual(["a"]);
  ends[0]?.();
  await expect.poll(() => ran).toEqual(["a", "c"]);
  ends[1]?.();
  await Promise.resolve();
  request("d");
  await expect.poll(() => ran).toEqual(["a", "c", "d"]);
});
