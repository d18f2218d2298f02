import * as modal from "modal";
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

const open = (settings: object = {}, environment: Record<string, string> = api.environment) =>
  openBackend("MODAL_SANDBOX", { image: "registry.test/worker:1", ...settings }, "reelay-", environment);

const refused = (call: Promise<unknown>) => readRefusal(call, Object.values(api.environment));

test("the package is Modal's client: another project's has the tag `latest` of its name", () => {
  expect(modal.ModalClient).toBeTypeOf("function");
});

test("a sandbox runs the worker of the image, as the settings say, for a day at most", async () => {
  await using backend = open({ cores: 4, memoryMiB: 8_192, regions: ["eu-west"] });
  const { ref } = await backend.launch({ ...order, endsWithinSeconds: 1_000_000 }, signal);
  expect(await api.sandboxes()).toMatchObject([
    {
      ...{ id: ref, environment: order.environment, image: ["FROM base", "ENTRYPOINT []"] },
      definition: {
        ...{ name: "reelay-1", workdir: "/app", timeout_secs: 86_400 },
        entrypoint_args: ["node", "--no-deprecation", expect.any(String), "/app/worker.js"],
        resources: { milli_cpu: 4_000, memory_mb: 8_192 },
        scheduler_placement: { regions: ["eu-west"] },
      },
    },
  ]);
});

test("a launch with a GPU is accepted before it has a place", async () => {
  await using backend = open({ gpu: "L4" });
  const { ref } = await backend.launch(order, signal);
  expect(await backend.launch(order, signal)).toEqual({ ref });
  expect(await api.sandboxes()).toMatchObject([
    {
      id: ref,
      environment: order.environment,
      definition: { resources: { gpu_config: { gpu_type: "L4" } } },
    },
  ]);
  expect(await backend.list(signal, [])).toMatchObject([{ name: "reelay-1", ref }]);
});

test("all sandboxes of the installation are listed, and those of others are left alone", async () => {
  await using backend = open();
  for (const name of ["reelay-1", "reelay-2", "reelay-3"]) await backend.launch({ ...order, name }, signal);
  await using other = openBackend("MODAL_SANDBOX", { image: "i" }, "other-", api.environment);
  await other.launch({ ...order, name: "other-1" }, signal);
  const names = (await backend.list(signal, [])).map(({ name }) => name);
  expect(names.toSorted()).toEqual(["reelay-1", "reelay-2", "reelay-3"]);
  expect(await other.list(signal, [])).toHaveLength(1);
});

test("the repeated order finds the sandbox of an answer that was lost, also when it has ended", async () => {
  await api.fail({ method: "SandboxCreateV2", status: 10, details: "aborted", isLate: true });
  await using backend = open();
  expect(await refused(backend.launch(order, signal))).toMatchObject({ code: "UNAVAILABLE" });
  const { ref } = await backend.launch(order, signal);
  await backend.stop({ name: order.name, ref }, signal);
  await expect.poll(() => backend.list(signal, [])).toEqual([]);
  await using again = open();
  expect(await again.launch(order, signal)).toEqual({ ref });
  expect(await api.sandboxes()).toHaveLength(1);
});

test.each([
  [3, "cpu must be positive", "INVALID_REQUEST"],
  [5, "no such image", "NOT_FOUND"],
  [7, "no access", "CREDENTIALS"],
  [8, "sandbox limit reached", "QUOTA"],
  [8, "workspace spend limit reached", "INSUFFICIENT_CREDIT"],
  [9, "app is stopped", "INVALID_REQUEST"],
  [10, "aborted", "UNAVAILABLE"],
])("status %i (%s) is %s", async (status, said, code) => {
  await api.fail({ method: "SandboxCreateV2", status, details: `${said} ${JOIN}` });
  await using backend = open();
  expect(await refused(backend.launch(order, signal))).toMatchObject({ code, said: `${said} …` });
});

test("an unknown image, a wrong token, a missing secret, and odd settings are refused", async () => {
  await using unknown = open({ image: "missing:1" });
  expect(await refused(unknown.launch(order, signal))).toMatchObject({ code: "IMAGE_UNAVAILABLE" });
  await using wrong = open({}, { ...api.environment, MODAL_TOKEN_SECRET: "as-wrong" });
  expect(await refused(wrong.check(signal))).toMatchObject({ code: "CREDENTIALS" });
  await using secretless = open({ registrySecret: "registry" });
  expect(await refused(secretless.launch(order, signal))).toMatchObject({ code: "NOT_FOUND" });
  for (const odd of [{ image: "" }, { gpu: "L4:9" }, { cores: 0 }, { app: "a b" }])
    expect(() => open(odd)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});
