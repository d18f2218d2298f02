import type { Delivery, Messaging, SubscriptionSpec } from "@reelay/messaging";
import { tasksOf } from "@reelay/messaging";
import { expect, test } from "vitest";
import { poolsOf } from "./pools.ts";
import { pullAny } from "./pull-any.ts";

const both = [tasksOf("gpu", "POSTER"), tasksOf("cpu", "POSTER")];
const never = new AbortController().signal;

/** Answers by subscription like the broker of `answers`; the others wait until they are aborted. */
function brokerOf(
  answers: Record<string, () => Promise<Delivery[]>>,
): Pick<Messaging, "pull"> & { given: string[] } {
  const given: string[] = [];
  return {
    given,
    pull: ({ name }: SubscriptionSpec, _max: number, signal: AbortSignal) =>
      answers[name]?.() ??
      new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          given.push(name);
          resolve([]);
        }),
      ),
  };
}

const deliveryOf = (returned: string[] = [], name = ""): Delivery =>
  ({ ack: () => Promise.resolve(), nack: async () => void returned.push(name) }) as unknown as Delivery;

test("a task from either pool is returned immediately, and the pull from the other pool is aborted", async () => {
  const delivery = deliveryOf();
  const broker = brokerOf({ "tasks-cpu-poster": () => Promise.resolve([delivery]) });
  expect(await pullAny(broker, both, never)).toBe(delivery);
  expect(broker.given).toEqual(["tasks-gpu-poster"]);
});

test("if both pools deliver at the same moment, one task is kept for the single slot and the other is returned", async () => {
  const returned: string[] = [];
  const broker = brokerOf({
    "tasks-gpu-poster": () => Promise.resolve([deliveryOf(returned, "gpu")]),
    "tasks-cpu-poster": () => Promise.resolve([deliveryOf(returned, "cpu")]),
  });
  expect(await pullAny(broker, both, never)).toBeDefined();
  expect(returned).toEqual(["cpu"]);
});

test("a failing pool does not keep the worker from pulling from the other", async () => {
  const refused = () => Promise.reject(new Error("the broker refused"));
  const none = () => Promise.resolve([]);
  expect(
    await pullAny(brokerOf({ "tasks-gpu-poster": refused, "tasks-cpu-poster": none }), both, never),
  ).toBeUndefined();
  await expect(
    pullAny(brokerOf({ "tasks-gpu-poster": refused, "tasks-cpu-poster": refused }), both, never),
  ).rejects.toThrow("the broker refused");
});

test("a worker pulls GPU tasks if any encoder or decoder runs on a device", () => {
  const onDevice = { name: "cuda", codec: "h264", device: "0", deviceName: "NVIDIA H100" };
  const software = { name: "libx264", codec: "H264", device: null, deviceName: null };
  expect(poolsOf({ devices: [], encoders: [software], decoders: [] })).toEqual(["cpu"]);
  expect(poolsOf({ devices: [], encoders: [software], decoders: [onDevice] })).toEqual(["gpu", "cpu"]);
});
