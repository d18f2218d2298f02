/** A worker that the example server of `HTTP_ENDPOINT` starts renders a video over the gateway. */
import { expect, test } from "vitest";
import { openBackend } from "../../src/compute/testing/adapters.ts";
import { startExampleEndpoint } from "../../src/compute/testing/example-endpoint.ts";
import { startSystem } from "../kit/index.ts";
import { orderWorker, renderOnRented } from "../kit/rented-worker.ts";

test("a launch at the example server renders a video, drains, and ends with 0", async () => {
  await using system = await startSystem({ workers: 0 });
  await using endpoint = await startExampleEndpoint();
  await using backend = openBackend("HTTP_ENDPOINT", { url: endpoint.url }, "reelay-", endpoint.environment);
  const order = await orderWorker(system, "reelay-rented-1");
  const machine = await renderOnRented(system, backend, order, AbortSignal.timeout(180_000));
  expect(machine).toMatchObject({ name: order.name, exitCode: 0 });
});
