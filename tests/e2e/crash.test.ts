import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, createApiClient, eventually, freePort } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const root = resolve(import.meta.dirname, "../..");
const crashOnSignal = join(root, "tests/kit/crash-on-signal.mjs");
const patience = { timeoutMs: 120_000, intervalMs: 100 };

/** What `npm start` runs, with a program inside that crashes on SIGUSR2. */
async function startSupervised() {
  const dataDirectory = await mkdtemp(join(tmpdir(), "reelay-crash-"));
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(DATABASE_URL|PUBSUB_|STORE|GCS_|INIT_CWD|PUBLIC_URL|HOST$)/.test(name),
  );
  const child = spawn(process.execPath, ["--no-deprecation", "scripts/supervise.ts", "embedded/main.ts"], {
    cwd: root,
    env: {
      ...Object.fromEntries(inherited),
      REELAY_DATA_DIR: dataDirectory,
      PORT: String(await freePort()),
      NODE_OPTIONS: `--import=${crashOnSignal}`,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const readRun = async () =>
    JSON.parse(await readFile(join(dataDirectory, "run.json"), "utf8")) as {
      graphql: string;
      apiKey: string;
      pid: number;
    };
  return {
    dataDirectory,
    output: () => output,
    /** The run that follows process `previous`. */
    running: (previous?: number) =>
      eventually(
        async () => {
          if (child.exitCode !== null) throw new Error(output);
          const run = await readRun();
          return run.pid !== previous && run;
        },
        "the system answers",
        patience,
      ),
    async stop() {
      // Like Ctrl-C in a terminal.
      process.kill(-(child.pid ?? Number.NaN), "SIGINT");
      return await ended;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill("SIGTERM");
      await ended;
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

type Supervised = Awaited<ReturnType<typeof startSupervised>>;

let system: Supervised;
let clip: string;
beforeAll(async () => {
  system = await startSupervised();
  clip = await makeTestClip(join(system.dataDirectory, "clip.mp4"), { seconds: 15, isStreamable: false });
});
afterAll(() => system[Symbol.asyncDispose]());

/** A video whose render is in the middle, on the system that runs. */
async function startRender() {
  const { graphql, apiKey, pid } = await system.running();
  const client = createApiClient(new URL(graphql).origin, apiKey);
  const id = await client.upload(clip);
  await eventually(
    async () => (await client.video(id)).variants.some(({ fraction }: { fraction: number }) => fraction > 0),
    "the render is in the middle",
    patience,
  );
  return { id, client, pid };
}

/** The outcomes of a video's attempts, once it is ready. */
async function outcomesOf(id: string, client: ApiClient): Promise<string[]> {
  const video = () => client.video(id).catch(() => null);
  await eventually(async () => (await video())?.status === "READY", "the video is ready", patience);
  const [{ node }] = (await client.video(id)).jobs.edges;
  return node.tasks[0].attempts.map(({ outcome }: { outcome: string }) => outcome);
}

test("a render continues after PostgreSQL is killed and restarted", async () => {
  const { id, client, pid } = await startRender();
  const file = join(system.dataDirectory, "postgres/cluster/postmaster.pid");
  const postgres = Number((await readFile(file, "utf8")).split("\n")[0]);
  process.kill(postgres, "SIGKILL");
  expect(await outcomesOf(id, client)).toEqual(["COMPLETED"]);
  expect((await system.running()).pid).toBe(pid);
  expect(await readFile(join(system.dataDirectory, "reelay.log"), "utf8")).toContain("postgres.restarted");
});

test("an uncaught exception during a render causes a restart and uses no try", async () => {
  const { id, pid } = await startRender();
  process.kill(pid, "SIGUSR2");
  const { graphql, apiKey } = await system.running(pid);
  const client = createApiClient(new URL(graphql).origin, apiKey);
  expect(await outcomesOf(id, client)).toEqual(["INTERRUPTED", "COMPLETED"]);
  const log = await readFile(join(system.dataDirectory, "reelay.log"), "utf8");
  const crash = log.split("\n").find((line) => line.includes("process.crashed")) ?? "{}";
  expect(JSON.parse(crash)).toMatchObject({
    level: 60,
    origin: "uncaughtException",
    err: { type: "SyntaxError", stack: expect.stringContaining("crash-on-signal.mjs") as string },
  });
  expect(system.output()).toContain("Reelay crashed (code 1); it restarts in 0.25 s.");
  expect(system.output()).not.toContain("    at ");
  expect(await system.stop()).toBe(0);
});
