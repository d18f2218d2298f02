import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createBroker } from "../../embedded/broker/index.ts";
import { eventually, freePort } from "../../tests/kit/index.ts";
import { testEnv } from "../testing/env.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { createWorkerMetrics } from "./metrics.ts";
import { startStatusServer } from "./status-server.ts";

/** A worker's status with switches. */
async function startStatus() {
  const state = { isTaking: true, pingBroker: (): Promise<void> => Promise.resolve() };
  const server = await startStatusServer({
    port: 0,
    metrics: createWorkerMetrics(),
    isTaking: () => state.isTaking,
    pingBroker: () => state.pingBroker(),
  });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { state, get, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("a worker that accepts tasks and reaches the broker is ready", async () => {
  await using status = await startStatus();
  expect(await status.get("/readyz")).toMatchObject({ status: 200 });
  expect((await status.get("/metrics")).text).toContain("reelay_worker_slots");
  expect((await status.get("/elsewhere")).status).toBe(404);
});

test("a worker that is stopping, or cannot reach the broker, is alive but not ready", async () => {
  await using status = await startStatus();
  status.state.isTaking = false;
  expect((await status.get("/readyz")).status).toBe(503);
  status.state.isTaking = true;
  status.state.pingBroker = () => Promise.reject(new Error("away"));
  expect((await status.get("/readyz")).status).toBe(503);
  status.state.pingBroker = () => new Promise(() => {});
  expect(await status.get("/readyz")).toEqual({
    status: 503,
    text: '{"isOk":false,"checks":{"worker":true,"broker":false}}\n',
  });
  expect((await status.get("/healthz")).status).toBe(200);
});

test("a worker process with METRICS_PORT responds there until it receives a stop signal", async () => {
  await using directory = await temporaryDirectory();
  await using broker = await createBroker();
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, "../main.ts")], {
    env: {
      ...testEnv,
      METRICS_PORT: String(port),
      PUBSUB_EMULATOR_HOST: broker.address,
      STORE_DIRECTORY: join(directory.path, "store"),
      WORK_DIR: join(directory.path, "work"),
      LOG_LEVEL: "silent",
    },
    stdio: "inherit",
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  try {
    await eventually(
      async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200),
      "the worker is ready",
    );
    const scrape = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(scrape).toContain("reelay_worker_busy_slots 0");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  } finally {
    child.kill("SIGKILL");
  }
});
