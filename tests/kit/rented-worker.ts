/** A video that a rented worker renders over the gateway, whatever provider starts it. */
import path from "node:path";
import { expect } from "vitest";
import { makeClip } from "../../render-worker/testing/kit.ts";
import type { ComputeBackend, LaunchOrder, Machine } from "../../src/compute/index.ts";
import { eventually } from "./eventually.ts";
import type { System } from "./start-system.ts";
import { untilSettled } from "./until-settled.ts";

const CREATE = `mutation ($input: CreateJoinTokenInput!) { createJoinToken(input: $input) {
  ... on CreatedJoinToken { secret } ... on Error { code message } } }`;

/** The worker's program in the repository, which providers' software starts. */
export const WORKER_PROGRAM = path.resolve(import.meta.dirname, "../../render-worker/main.ts");
export const WORKER_COMMAND = `${process.execPath} --no-deprecation ${WORKER_PROGRAM}`;

/** An order as from the launcher, with a join token of the system. */
export async function orderWorker(system: System, name: string): Promise<LaunchOrder> {
  const { data } = await system.client.ask(CREATE, { input: { name } });
  return {
    name,
    environment: {
      ...{ WORKER_MODE: "drain", WORKER_IDLE_EXIT: "10", WORKER_API_URL: system.api.url },
      ...{ WORKER_JOIN_TOKEN: String(data.createJoinToken.secret), WORK_DIR: `${system.directory}/${name}` },
      METADATA_SERVER_DETECTION: "none",
    },
    secretVariables: ["WORKER_JOIN_TOKEN"],
    endsWithinSeconds: 300,
  };
}

/**
 * Launches a worker, which renders a video, finds no more tasks and leaves. Returns its ended machine, if the
 * provider lists it.
 */
export async function renderOnRented(
  system: System,
  backend: ComputeBackend,
  order: LaunchOrder,
  signal: AbortSignal,
): Promise<Machine | null> {
  const clip = await makeClip(
    `${system.directory}/clip.mp4`,
    "-f lavfi -i testsrc2=size=320x180:rate=30:duration=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p".split(
      " ",
    ),
  );
  const { ref } = await backend.launch(order, signal);
  const known = [{ name: order.name, ref }];
  await eventually(async () => (await system.db.worker.count()) === 1, "the worker has joined", {
    timeoutMs: 90_000,
  });
  const id = await system.client.upload(clip);
  const video = await untilSettled(() => system.client.video(id), { timeoutMs: 120_000 });
  expect(video.status).toBe("READY");
  expect((await fetch(video.playback.hlsUrl)).status).toBe(200);
  const isEnded = (machines: readonly Machine[]) => machines.every(({ state }) => state === "ENDED");
  const ended = await eventually(
    async () => {
      const machines = await backend.list(signal, known);
      return isEnded(machines) && machines;
    },
    "the worker ends by itself",
    { timeoutMs: 60_000 },
  );
  // An order that is repeated after the end starts nothing.
  expect(await backend.launch(order, signal)).toEqual({ ref });
  expect(isEnded(await backend.list(signal, known))).toBe(true);
  // Some providers list those only that run.
  return ended.find(({ name }) => name === order.name) ?? null;
}

/** Launches a worker and stops its machine: the worker leaves. Resolves when it has. */
export async function stopRented(
  system: System,
  backend: ComputeBackend,
  order: LaunchOrder,
  signal: AbortSignal,
): Promise<void> {
  const before = await system.db.worker.count();
  const { ref } = await backend.launch(order, signal);
  await eventually(async () => (await system.db.worker.count()) > before, "the worker has joined", {
    timeoutMs: 90_000,
  });
  await backend.stop({ name: order.name, ref }, signal);
  await eventually(
    async () => (await system.db.worker.findFirst({ orderBy: { startedAt: "desc" } }))?.isStopping === true,
    "the worker says goodbye",
    { timeoutMs: 30_000 },
  );
  const known = [{ name: order.name, ref }];
  await eventually(
    async () => (await backend.list(signal, known)).every(({ state }) => state === "ENDED"),
    "the machine has ended",
    { timeoutMs: 30_000 },
  );
}
