import { afterEach, beforeEach, expect, test } from "vitest";
import { Problem, type RunPod, startRunPod } from "../../../../tests/runpod/start-runpod.ts";
import { openBackend } from "../../testing/adapters.ts";
import { order, readRefusal } from "../../testing/orders.ts";

let runpod: RunPod;
let signal: AbortSignal;
beforeEach(async () => {
  runpod = await startRunPod();
  signal = AbortSignal.timeout(30_000);
});
afterEach(async () => {
  await runpod[Symbol.asyncDispose]();
});

const open = (settings: object = {}, key = runpod.key) =>
  openBackend(
    "RUNPOD_POD",
    { image: "registry.test/worker:1", gpuTypes: ["NVIDIA L4"], endpoint: runpod.url, ...settings },
    "reelay-",
    { RUNPOD_API_KEY: key },
  );

const refused = (call: Promise<unknown>) => readRefusal(call, [runpod.key]);

test("a pod has the order's variables and no ports, as the settings say", async () => {
  await open({ cloud: "COMMUNITY", dataCenters: ["EU-RO-1"], diskGb: 60, registry: "r1" }).launch(
    order,
    signal,
  );
  expect(runpod.pods).toMatchObject([
    {
      ...{ name: "reelay-1", image: "registry.test/worker:1", env: order.environment, ports: [] },
      ...{ gpu: { id: "NVIDIA L4", count: 1 }, cloud: "COMMUNITY", disk: 60, registry: "r1" },
    },
  ]);
  const withoutGpu = { gpuTypes: undefined, cpuFlavors: ["cpu5c"], vcpus: 8 };
  await open(withoutGpu).launch({ ...order, name: "reelay-2" }, signal);
  expect(runpod.pods[1]).toMatchObject({ cpu: { id: "cpu5c", vcpuCount: 8 } });
});

test("the next type is tried where one has no machines; without any, nothing starts", async () => {
  runpod.scarce.add("NVIDIA L4");
  const error = await refused(open().launch(order, signal));
  expect(error).toMatchObject({ code: "NO_CAPACITY", said: expect.stringContaining("no instances") });
  expect(runpod.pods).toEqual([]);
  await open({ gpuTypes: ["NVIDIA L4", "NVIDIA RTX A4000"] }).launch(order, signal);
  expect(runpod.pods).toMatchObject([{ gpu: { id: "NVIDIA RTX A4000" } }]);
});

test.each([
  [new Problem(400, "gpu.count is not allowed"), "INVALID_REQUEST", null],
  [new Problem(401, "invalid API key"), "CREDENTIALS", null],
  [new Problem(402, "insufficient balance"), "INSUFFICIENT_CREDIT", null],
  [new Problem(403, "no access to the pool"), "CREDENTIALS", null],
  [new Problem(404, "no such registry"), "NOT_FOUND", null],
  [new Problem(422, "/image: must be string"), "INVALID_REQUEST", null],
  [new Problem(429, "rate limit exceeded", { "retry-after": "12" }), "RATE_LIMITED", 12_000],
  [new Problem(503, "upstream"), "UNAVAILABLE", null],
])("%s is %s", async (problem, code, retryAfterMs) => {
  runpod.trouble = { problem, isLate: false };
  const error = await refused(open().launch(order, signal));
  expect(error).toMatchObject({ code, retryAfterMs, said: problem.message });
  expect(runpod.pods).toEqual([]);
});

test("the repeated order finds the pod of an answer that was lost", async () => {
  runpod.trouble = { problem: new Problem(502, "bad gateway"), isLate: true };
  expect(await refused(open().launch(order, signal))).toMatchObject({ code: "UNAVAILABLE" });
  const { ref } = await open().launch(order, signal);
  expect(runpod.pods).toMatchObject([{ id: ref }]);
});

test("a pod that has ended is deleted, and pods of others are left alone", async () => {
  const backend = open();
  const { ref } = await backend.launch(order, signal);
  await openBackend("RUNPOD_POD", { image: "i", gpuTypes: ["NVIDIA L4"], endpoint: runpod.url }, "other-", {
    RUNPOD_API_KEY: runpod.key,
  }).launch({ ...order, name: "other-1" }, signal);
  runpod.pods[0].status = "RUNNING";
  expect(await backend.list(signal, [])).toEqual([
    { name: "reelay-1", ref, state: "RUNNING", exitCode: null },
  ]);
  runpod.pods[0].status = "EXITED";
  expect(await backend.list(signal, [])).toMatchObject([{ ref, state: "ENDED" }]);
  expect(runpod.pods).toMatchObject([{ name: "other-1" }]);
  await backend.stop({ name: "other-1", ref: runpod.pods[0].id }, signal);
  expect(runpod.pods).toHaveLength(1);
});

test("a wrong key, both kinds of machines, and an address without TLS are refused", async () => {
  expect(await refused(open({}, "wrong").check(signal))).toMatchObject({ code: "CREDENTIALS" });
  for (const wrong of [
    { cpuFlavors: ["cpu5c"] },
    { gpuTypes: undefined },
    { endpoint: "http://r.test" },
    { vcpus: 3 },
  ])
    expect(() => open(wrong)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});
