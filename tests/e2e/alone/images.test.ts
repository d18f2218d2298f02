/**
 * Both images are built from their Dockerfiles and run as docker-compose.yml says, with stand-ins for the
 * services of others: a video is rendered, also when its worker is killed.
 */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../../images/engine.ts";
import { createKey, isImpossible, makeVideo, startEngineWith } from "../../images/set-up.ts";
import { eventually } from "../../kit/eventually.ts";

let engine: Engine;
let key = "";

/** Containers of a service that run. */
const containersOf = async (service: string): Promise<string[]> =>
  (await engine.compose("ps", "--quiet", "--status", "running", service)).split("\n").filter(Boolean);

beforeAll(async () => {
  if (isImpossible) return;
  engine = await startEngineWith(["reelay-api", "reelay-worker"]);
  await engine.compose("up", "--detach", "--wait", "--no-build");
  key = await createKey(engine);
  expect(key).toMatch(/^[\w-]{20,}$/);
}, 1_500_000);
afterAll(() => engine?.[Symbol.asyncDispose](), 60_000);

test.skipIf(isImpossible)(
  "a video is uploaded, rendered, and plays",
  async () => {
    const video = await makeVideo(engine, key, { seconds: 6 });
    expect(video).toMatchObject({ status: "READY", error: null, frames: 150 });
    expect(video.variants.map(({ status }) => status)).not.toContain("FAILED");
  },
  300_000,
);

test.skipIf(isImpossible)("processes have no rights, and no more memory than they are given", async () => {
  const [api = ""] = await containersOf("api");
  const [worker = ""] = await containersOf("worker");
  for (const container of [api, worker]) {
    const status = await engine.podman("exec", container, "cat", "/proc/1/status");
    expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    const write = 'require("fs").writeFileSync("/app/written", "")';
    await expect(engine.podman("exec", container, "node", "-e", write)).rejects.toThrow("EROFS");
  }
  const limit =
    "cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes";
  expect(await engine.podman("exec", api, "sh", "-c", limit)).toBe(String(2 * 1024 ** 3));
});

test.skipIf(isImpossible)(
  "of three workers, a killed one's video is rendered by another",
  async () => {
    await engine.compose("up", "--detach", "--wait", "--no-build", "--scale", "worker=3");
    const workers = await containersOf("worker");
    expect(workers).toHaveLength(3);
    const ended = makeVideo(engine, key, { seconds: 20 });
    const whoRenders = async () => {
      for (const container of workers) {
        const commands = await engine.podman("top", container, "args");
        if (commands.includes("ffmpeg")) return container;
      }
      return false;
    };
    const found = eventually(whoRenders, "a worker renders", { timeoutMs: 60_000, intervalMs: 200 });
    const busy = await Promise.race([found, ended.then(() => expect.fail("no worker was seen rendering"))]);
    await delay(500);
    await engine.podman("kill", "--signal", "KILL", busy);
    expect(await ended).toMatchObject({ status: "READY", error: null, frames: 500 });
  },
  400_000,
);
