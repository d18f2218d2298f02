import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunPodEndpoint, startRunPodEndpoint } from "../../../../tests/runpod/start-serverless.ts";
import { openBackend } from "../../testing/adapters.ts";
import { JOIN, order, readRefusal } from "../../testing/orders.ts";

let runpod: RunPodEndpoint;
let signal: AbortSignal;
let lines: string[];
beforeEach(async () => {
  runpod = await startRunPodEndpoint();
  signal = AbortSignal.timeout(30_000);
  lines = [];
});
afterEach(async () => {
  await runpod[Symbol.asyncDispose]();
});

const open = (settings: object = {}, key = runpod.key) =>
  openBackend(
    "RUNPOD_SERVERLESS",
    { endpointId: runpod.endpointId, endpoint: runpod.url, ...settings },
    "reelay-",
    { RUNPOD_API_KEY: key },
    (line) => void lines.push(line),
  );

const refused = (call: Promise<unknown>) => readRefusal(call, [runpod.key]);

test("a job has the worker's variables, and ends at the order's end, which RunPod limits to a week", async () => {
  const backend = open();
  await backend.launch(order, signal);
  await backend.launch({ ...order, name: "reelay-2", endsWithinSeconds: 10_000_000 }, signal);
  expect(runpod.jobs).toMatchObject([
    {
      input: { name: "reelay-1", environment: order.environment },
      policy: { executionTimeout: 660_000, ttl: 660_000 },
    },
    { policy: { executionTimeout: 604_800_000, ttl: 604_800_000 } },
  ]);
});

test("a job is found by its ID until RunPod forgets it", async () => {
  const { ref } = await open().launch(order, signal);
  const known = [
    { name: "reelay-1", ref },
    { name: "reelay-2", ref: "forgotten" },
    { name: "other-1", ref },
  ];
  const backend = open();
  const read = async () => await backend.list(signal, known);
  expect(await read()).toEqual([{ name: "reelay-1", ref, state: "STARTING", exitCode: null }]);
  const [job] = runpod.jobs;
  if (job === undefined) throw new Error("It has a job.");
  job.status = "IN_PROGRESS";
  expect(await read()).toMatchObject([{ state: "RUNNING" }]);
  Object.assign(job, { status: "COMPLETED", output: { exitCode: 3 } });
  expect(await read()).toMatchObject([{ state: "ENDED", exitCode: 3 }]);
  Object.assign(job, { status: "FAILED", output: undefined });
  expect(await read()).toMatchObject([{ state: "ENDED", exitCode: null }]);
  job.createdAt -= 700_000;
  expect(await read()).toEqual([]);
});

test("jobs that no launch names are reported once, when they last", async () => {
  runpod.trouble = { status: 502, message: "bad gateway", isLate: true };
  const backend = open();
  expect(await refused(backend.launch(order, signal))).toMatchObject({ code: "UNAVAILABLE" });
  const { ref } = await backend.launch(order, signal);
  const known = [{ name: order.name, ref }];
  await backend.list(signal, known);
  // It may be one that another process has just started.
  expect(lines).toEqual([]);
  for (let i = 0; i < 3; i += 1) await backend.list(signal, known);
  expect(lines).toEqual([expect.stringContaining('"jobs":1,"msg":"launch.unknown-jobs"')]);
});

test.each([
  [400, "INVALID_REQUEST", null],
  [401, "CREDENTIALS", null],
  [402, "INSUFFICIENT_CREDIT", null],
  [403, "CREDENTIALS", null],
  [404, "NOT_FOUND", null],
  [429, "RATE_LIMITED", 12_000],
  [500, "UNAVAILABLE", null],
])("%i is %s", async (status, code, retryAfterMs) => {
  const headers = retryAfterMs === null ? {} : { "retry-after": "12" };
  runpod.trouble = { status, message: `no ${JOIN} ${runpod.key}`, headers, isLate: false };
  expect(await refused(open().launch(order, signal))).toMatchObject({ code, retryAfterMs });
  expect(runpod.jobs).toEqual([]);
});

test("a wrong key, another endpoint, and settings that name none are refused", async () => {
  expect(await refused(open({}, "wrong").check(signal))).toMatchObject({ code: "CREDENTIALS" });
  expect(await refused(open({ endpointId: "other" }).check(signal))).toMatchObject({ code: "NOT_FOUND" });
  for (const wrong of [{ endpointId: "" }, { endpointId: "../x" }, { endpoint: "http://r.test" }])
    expect(() => open(wrong)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});
