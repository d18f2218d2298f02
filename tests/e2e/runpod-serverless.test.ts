/** RunPod's own worker loop runs the handler that `npm run compute -- init RUNPOD_SERVERLESS` writes. */
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { testEnv } from "../../render-worker/testing/env.ts";
import { writeDeployment } from "../../scripts/compute/write-deployment.ts";
import { openBackend } from "../../src/compute/testing/adapters.ts";
import { startSystem } from "../kit/index.ts";
import { installPythonPackages } from "../kit/python-environment.ts";
import { orderWorker, renderOnRented, stopRented, WORKER_COMMAND } from "../kit/rented-worker.ts";
import { startProgram } from "../kit/start-program.ts";
import { startRunPodEndpoint } from "../runpod/start-serverless.ts";

let python: string;
beforeAll(async () => {
  python = await installPythonPackages(resolve(import.meta.dirname, "../runpod/python"));
});

test("a worker that RunPod's loop starts renders a video, and another leaves when its job is canceled", async () => {
  await using system = await startSystem({ workers: 0 });
  await using endpoint = await startRunPodEndpoint();
  const deployed = join(system.directory, "deployed");
  await writeDeployment("RUNPOD_SERVERLESS", deployed);
  const settings = { endpointId: endpoint.endpointId, endpoint: endpoint.url };
  await using backend = openBackend("RUNPOD_SERVERLESS", settings, "reelay-", {
    RUNPOD_API_KEY: endpoint.key,
  });
  await using _loop = startProgram(python, ["-u", join(deployed, "handler.py")], {
    ...{ PATH: testEnv["PATH"] ?? "", HOME: testEnv["HOME"] ?? "", REELAY_WORKER: WORKER_COMMAND },
    // Its check of the machine asks public servers for their speed.
    ...{ RUNPOD_SKIP_AUTO_SYSTEM_CHECKS: "true", RUNPOD_SKIP_GPU_CHECK: "true" },
    ...endpoint.workerEnvironment,
  });
  const signal = AbortSignal.timeout(240_000);
  const order = await orderWorker(system, "reelay-rented-1");
  expect(await renderOnRented(system, backend, order, signal)).toMatchObject({ exitCode: 0 });
  await stopRented(system, backend, await orderWorker(system, "reelay-rented-2"), signal);
  expect(endpoint.jobs.map(({ status }) => status)).toEqual(["COMPLETED", "CANCELLED"]);
  // A second machine for a launch, e.g. after a lost answer, cannot join.
  await using again = openBackend("RUNPOD_SERVERLESS", settings, "reelay-", { RUNPOD_API_KEY: endpoint.key });
  const { ref } = await again.launch(order, signal);
  await expect
    .poll(() => again.list(signal, [{ name: order.name, ref }]))
    .toMatchObject([{ state: "ENDED", exitCode: 3 }]);
});

const CLIENT = `
import json, sys, runpod
runpod.endpoint_url_base = sys.argv[1]
endpoint = runpod.Endpoint(sys.argv[2], api_key=sys.argv[3])
job = endpoint.run({"input": {"name": "a"}})
print(json.dumps([job.status(), endpoint.health()["jobs"]["inQueue"], job.cancel()["status"], job.status()]))
`;

test("RunPod's own client runs, reads and cancels a job of the stand-in for its API", async () => {
  await using endpoint = await startRunPodEndpoint();
  const { stdout } = await promisify(execFile)(python, [
    ...["-I", "-c", CLIENT, `${endpoint.url}/v2`, endpoint.endpointId, endpoint.key],
  ]);
  expect(JSON.parse(stdout)).toEqual(["IN_QUEUE", 1, "CANCELLED", "CANCELLED"]);
});
