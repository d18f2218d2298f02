/** Modal's own client starts sandboxes and functions, whose workers render videos over the gateway. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeDeployment } from "../../scripts/compute/write-deployment.ts";
import { openBackend } from "../../src/compute/testing/adapters.ts";
import { startSystem } from "../kit/index.ts";
import { orderWorker, renderOnRented, stopRented, WORKER_PROGRAM } from "../kit/rented-worker.ts";
import { startModal } from "../modal/start-modal.ts";

test("the worker of a sandbox renders a video, and another leaves when its sandbox is terminated", async () => {
  await using modal = await startModal({ program: WORKER_PROGRAM });
  await using system = await startSystem({ workers: 0 });
  const settings = { image: "registry.test/worker:1" };
  await using backend = openBackend("MODAL_SANDBOX", settings, "reelay-", modal.environment);
  const signal = AbortSignal.timeout(240_000);
  await renderOnRented(system, backend, await orderWorker(system, "reelay-rented-1"), signal);
  await stopRented(system, backend, await orderWorker(system, "reelay-rented-2"), signal);
  await expect.poll(async () => (await modal.sandboxes()).map(({ exitCode }) => exitCode)).toEqual([0, 5]);
});

test("the function that is deployed starts a worker, which renders a video, and ends it when a call is canceled", async () => {
  await using system = await startSystem({ workers: 0 });
  const deployed = join(system.directory, "deployed");
  await writeDeployment("MODAL_FUNCTION", deployed);
  await using modal = await startModal({ program: WORKER_PROGRAM, app: join(deployed, "modal_app.py") });
  await using backend = openBackend("MODAL_FUNCTION", {}, "reelay-", modal.environment);
  const signal = AbortSignal.timeout(240_000);
  const order = await orderWorker(system, "reelay-rented-1");
  expect(await renderOnRented(system, backend, order, signal)).toMatchObject({ exitCode: 0 });
  await stopRented(system, backend, await orderWorker(system, "reelay-rented-2"), signal);
  // Modal starts a call again whose machine it took away: its worker cannot join a second time.
  await using again = openBackend("MODAL_FUNCTION", {}, "reelay-", modal.environment);
  const { ref } = await again.launch(order, signal);
  await expect
    .poll(() => again.list(signal, [{ name: order.name, ref }]))
    .toMatchObject([{ state: "ENDED", exitCode: 3 }]);
});
