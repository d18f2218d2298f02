/**
 * Both images are built from their Dockerfiles and run as docker-compose.yml says, with stand-ins for the
 * services of others: a video is rendered, also when its worker is killed.
 */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBaseImages } from "../../images/base-images.ts";
import { type Engine, startEngine } from "../../images/engine.ts";
import { run } from "../../images/run.ts";
import { buildGoProgram } from "../../kit/build-go-program.ts";
import { eventually } from "../../kit/eventually.ts";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, "tests/images");
const script = readFileSync(join(folder, "in-network.mjs"), "utf8");

const missing = (
  await Promise.all(
    ["podman", "runc", "mmdebstrap", "go"].map(async (program) => {
      const found = await run("which", [program]).catch(() => "");
      return found === "" ? [program] : [];
    }),
  )
).flat();
/** As root on Linux with these programs; CI has no excuse. */
const isImpossible = (missing.length > 0 || process.getuid?.() !== 0) && process.env["CI"] === undefined;

let engine: Engine;
let key = "";

/** Containers of a service that run. */
const containersOf = async (service: string): Promise<string[]> =>
  (await engine.compose("ps", "--quiet", "--status", "running", service)).split("\n").filter(Boolean);

/** In a container of its own, with the worker's ffmpeg. */
const makeVideo = async (seconds: number) => {
  try {
    const printed = await engine.podman(
      ...["run", "--rm", "--network", "reelay_default", "--entrypoint", "node", "reelay-worker"],
      ...["--input-type=module", "-e", script, key, `${seconds}`],
    );
    return JSON.parse(printed);
  } catch (error) {
    const logs = await engine.compose("logs", "--no-color", "--tail", "40", "api", "gcs");
    throw new Error(`${(error as Error).message}\n${logs}`, { cause: error });
  }
};

beforeAll(async () => {
  if (isImpossible) return;
  const composeProgram = await buildGoProgram(join(folder, "compose"), "github.com/docker/compose/v2/cmd");
  engine = await startEngine(join(tmpdir(), "reelay-images"), {
    root,
    composeProgram,
    services: ["postgres", "pubsub", "gcs", "bucket", "api", "worker", "painter"],
  });
  await makeBaseImages(engine.podman, root);
  // Docker's own format: only there has an image a HEALTHCHECK.
  for (const [image, dockerfile] of [
    ["reelay-api", "src/Dockerfile"],
    ["reelay-worker", "render-worker/Dockerfile"],
  ] as const)
    await engine.podman(
      ...["build", "--pull=never", "--network=host", "--format=docker", "--quiet"],
      ...["--file", join(root, dockerfile), "--tag", image, root],
    );
  await engine.compose("up", "--detach", "--wait", "--no-build");
  key = await engine.compose(
    ...["exec", "--no-TTY", "api", "node", "create-api-key.js", "--workspace", "default", "--name", "images"],
  );
  expect(key).toMatch(/^[\w-]{20,}$/);
}, 1_500_000);
afterAll(() => engine?.[Symbol.asyncDispose](), 60_000);

test.skipIf(isImpossible)(
  "a video is uploaded, rendered, and plays",
  async () => {
    const video = await makeVideo(6);
    expect(video).toMatchObject({ status: "READY", error: null, frames: 150 });
    expect(video.variants.map(({ status }: { status: string }) => status)).not.toContain("FAILED");
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
    const ended = makeVideo(20);
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
