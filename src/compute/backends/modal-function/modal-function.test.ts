import { afterEach, beforeEach, expect, test } from "vitest";
import { type Modal, startModal } from "../../../../tests/modal/start-modal.ts";
import { openBackend } from "../../testing/adapters.ts";
import { JOIN, order, readRefusal } from "../../testing/orders.ts";

let api: Modal;
let signal: AbortSignal;
beforeEach(async () => {
  api = await startModal();
  signal = AbortSignal.timeout(60_000);
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const open = (settings: object = {}) => openBackend("MODAL_FUNCTION", settings, "reelay-", api.environment);

const refused = (call: Promise<unknown>) => readRefusal(call, Object.values(api.environment));

test("a call has the worker's variables and its end, and is found by its ID until it is canceled", async () => {
  await using backend = open();
  const { ref } = await backend.launch(order, signal);
  expect(await api.calls()).toEqual([
    { id: ref, isRunning: true, arguments: ["reelay-1", order.environment, 660] },
  ]);
  await using again = open();
  const known = [
    { name: "reelay-1", ref },
    { name: "reelay-2", ref: "fc-forgotten" },
    { name: "other-1", ref },
  ];
  expect(await again.list(signal, known)).toEqual([
    { name: "reelay-1", ref, state: "RUNNING", exitCode: null },
  ]);
  await again.stop({ name: "reelay-1", ref }, signal);
  await expect
    .poll(() => backend.list(signal, known))
    .toEqual([{ name: "reelay-1", ref, state: "ENDED", exitCode: null }]);
});

test.each([
  [7, "no access", "CREDENTIALS"],
  [8, "too many pending inputs", "QUOTA"],
  [10, "aborted", "UNAVAILABLE"],
])("status %i (%s) is %s", async (status, said, code) => {
  await api.fail({ method: "FunctionMap", status, details: `${said} ${JOIN}` });
  await using backend = open();
  expect(await refused(backend.launch(order, signal))).toMatchObject({ code, said: `${said} …` });
  expect(await api.calls()).toEqual([]);
});

test("a function that is not deployed is NOT_FOUND", async () => {
  await using backend = open({ app: "elsewhere" });
  for (const call of [backend.check(signal), backend.launch(order, signal)])
    expect(await refused(call)).toMatchObject({ code: "NOT_FOUND" });
});
