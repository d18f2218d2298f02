/** Cog's own server runs the model that `npm run compute -- init REPLICATE` writes. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { testEnv } from "../../render-worker/testing/env.ts";
import { writeDeployment } from "../../scripts/compute/write-deployment.ts";
import { openBackend } from "../../src/compute/testing/adapters.ts";
import { eventually, freePort, startSystem } from "../kit/index.ts";
import { orderWorker, renderOnRented, stopRented, WORKER_PROGRAM } from "../kit/rented-worker.ts";
import { startProgram } from "../kit/start-program.ts";
import { installCog, startReplicate } from "../replicate/start-replicate.ts";

test("a worker that Cog starts renders a video, and another leaves when its prediction is canceled", async () => {
  const python = await installCog();
  await using system = await startSystem({ workers: 0 });
  const model = join(system.directory, "model");
  await writeDeployment("REPLICATE", model);
  const [, runner = ""] = /^run: "(.*)"$/m.exec(await readFile(join(model, "cog.yaml"), "utf8")) ?? [];
  const port = await freePort();
  await using cog = startProgram(
    python,
    ["-m", "cog.server.http", "--host", "127.0.0.1"],
    {
      ...{ PATH: `${dirname(python)}:${testEnv["PATH"]}`, HOME: testEnv["HOME"] ?? "" },
      // As in the image that `cog build` makes of cog.yaml.
      ...{ COG_PREDICT_TYPE_STUB: runner, PORT: String(port) },
      ...{ REELAY_WORKER: WORKER_PROGRAM, PYTHONDONTWRITEBYTECODE: "1" },
    },
    model,
  );
  const cogUrl = `http://127.0.0.1:${port}`;
  await eventually(
    async () => {
      const health = await fetch(`${cogUrl}/health-check`).catch(() => null);
      return health !== null && ((await health.json()) as { status: string }).status === "READY";
    },
    "Cog is ready",
    { timeoutMs: 60_000 },
  ).catch((error: unknown) => {
    throw new Error(cog.output(), { cause: error });
  });
  await using api = await startReplicate({ runner: cogUrl });
  const settings = { deployment: api.deployment, endpoint: api.url };
  await using backend = openBackend("REPLICATE", settings, "reelay-", { REPLICATE_API_TOKEN: api.key });
  const signal = AbortSignal.timeout(240_000);
  const order = await orderWorker(system, "reelay-rented-1");
  expect(await renderOnRented(system, backend, order, signal)).toMatchObject({ exitCode: 0 });
  await stopRented(system, backend, await orderWorker(system, "reelay-rented-2"), signal);
  expect(api.predictions.map(({ status }) => status)).toEqual(["canceled", "succeeded"]);
  // The join token was in a `Secret`, which Cog hides.
  expect(cog.output()).not.toContain("rj_");
});
