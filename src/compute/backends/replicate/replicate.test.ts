import { afterEach, beforeEach, expect, test } from "vitest";
import { Problem, type Replicate, startReplicate } from "../../../../tests/replicate/start-replicate.ts";
import { openBackend } from "../../testing/adapters.ts";
import { JOIN, order, readRefusal } from "../../testing/orders.ts";

const VERSION = "0123456789abcdef".repeat(4);

let api: Replicate;
let signal: AbortSignal;
beforeEach(async () => {
  api = await startReplicate();
  signal = AbortSignal.timeout(30_000);
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const open = (settings: object = {}, key = api.key) =>
  openBackend("REPLICATE", { deployment: "acme/worker", endpoint: api.url, ...settings }, "reelay-", {
    REPLICATE_API_TOKEN: key,
  });

const refused = (call: Promise<unknown>) => readRefusal(call, [api.key]);

test("a prediction has the worker's variables as one input, and a deadline of a day at most", async () => {
  const backend = open();
  await backend.launch(order, signal);
  const environment = JSON.stringify(order.environment);
  expect(api.predictions).toMatchObject([
    { input: { name: "reelay-1", environment }, deployment: "acme/worker" },
  ]);
  await open({ deployment: undefined, version: `acme/worker:${VERSION}` }).launch(
    { ...order, name: "reelay-2", endsWithinSeconds: 1_000_000 },
    signal,
  );
  const [newest, first] = api.predictions.map(
    ({ created_at, deadline }) => (Date.parse(deadline ?? "") - Date.parse(created_at)) / 1_000,
  );
  expect([first, newest]).toEqual([660, 86_400]);
});

test("all pages are read, and predictions of others are left alone", async () => {
  const backend = open();
  for (const name of ["reelay-1", "other-1", "reelay-2"]) await backend.launch({ ...order, name }, signal);
  const [oldest] = api.predictions.slice(-1);
  if (oldest === undefined) throw new Error("It has predictions.");
  // Of another model of the account.
  api.predictions.push({ ...oldest, id: "another", input: { name: 7 } });
  api.pageSize = 1;
  oldest.status = "processing";
  expect(await backend.list(signal, [])).toMatchObject([
    { name: "reelay-2", state: "STARTING" },
    { name: "reelay-1", ref: oldest.id, state: "RUNNING", exitCode: null },
  ]);
  Object.assign(oldest, { status: "succeeded", output: 3 });
  expect(await backend.list(signal, [])).toMatchObject([{}, { state: "ENDED", exitCode: 3 }]);
  // Replicate removes the inputs of ended predictions.
  Object.assign(oldest, { input: {}, output: null, data_removed: true });
  expect(await backend.list(signal, [])).toMatchObject([{ name: "reelay-2" }]);
});

test("the repeated order finds the prediction of an answer that was lost", async () => {
  api.trouble = { problem: new Problem(502, "bad gateway"), isLate: true };
  expect(await refused(open().launch(order, signal))).toMatchObject({ code: "UNAVAILABLE" });
  const { ref } = await open().launch(order, signal);
  expect(api.predictions).toMatchObject([{ id: ref }]);
});

test("a page elsewhere gets no key", async () => {
  const backend = open();
  await backend.launch(order, signal);
  await backend.launch({ ...order, name: "reelay-2" }, signal);
  api.pageSize = 1;
  api.url = "http://elsewhere.test";
  expect(await backend.list(signal, [])).toHaveLength(2);
});

test.each([
  [400, "INVALID_REQUEST", null],
  [401, "CREDENTIALS", null],
  [402, "INSUFFICIENT_CREDIT", null],
  [403, "CREDENTIALS", null],
  [404, "NOT_FOUND", null],
  [422, "INVALID_REQUEST", null],
  [429, "RATE_LIMITED", 12_000],
  [503, "UNAVAILABLE", null],
])("%i is %s", async (status, code, retryAfterMs) => {
  const headers = retryAfterMs === null ? {} : { "retry-after": "12" };
  api.trouble = { problem: new Problem(status, `no ${JOIN} ${api.key}`, headers), isLate: false };
  expect(await refused(open().launch(order, signal))).toMatchObject({
    ...{ code, retryAfterMs, said: "Refused: no … …" },
  });
  expect(api.predictions).toEqual([]);
});

test("a wrong key, an unknown deployment, and settings with both kinds of models are refused", async () => {
  expect(await refused(open({}, "wrong").check(signal))).toMatchObject({ code: "CREDENTIALS" });
  expect(await refused(open({ deployment: "acme/other" }).check(signal))).toMatchObject({
    code: "NOT_FOUND",
  });
  await open({ deployment: undefined, version: VERSION }).check(signal);
  for (const wrong of [{ version: VERSION }, { deployment: "../x" }, { deployment: undefined }])
    expect(() => open(wrong)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});
