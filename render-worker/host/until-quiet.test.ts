import { expect, test } from "vitest";
import { untilQuiet } from "./until-quiet.ts";

const { signal } = new AbortController();

/** Busy for this many samples, then idle. */
function busyFor(looks: number) {
  const seen = { looks: 0 };
  const isBusy = () => {
    seen.looks += 1;
    return seen.looks <= looks;
  };
  return { seen, isBusy };
}

test("deferred work starts when the CPU has been idle for a while", async () => {
  const { seen, isBusy } = busyFor(3);
  await untilQuiet(isBusy, { quietMs: 20, patienceMs: 60_000 }, signal);
  expect(seen.looks).toBe(4);
});

test("deferred work does not wait forever, and does not start after a stop", async () => {
  const { seen, isBusy } = busyFor(Number.POSITIVE_INFINITY);
  await untilQuiet(isBusy, { quietMs: 10, patienceMs: 50 }, signal);
  expect(seen.looks).toBe(5);
  const stopped = AbortSignal.abort(new Error("stopped"));
  await expect(untilQuiet(isBusy, { quietMs: 10, patienceMs: 50 }, stopped)).rejects.toThrow("stopped");
});
