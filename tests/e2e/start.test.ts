import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, freePort } from "../kit/index.ts";

const main = resolve(import.meta.dirname, "../../embedded/main.ts");
const patience = { timeoutMs: 90_000, intervalMs: 100 };
let dataDirectory: string;
let port: number;
const running = new Set<Run>();

interface Run {
  child: ChildProcess;
  output: () => string;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "reelay-start-"));
  port = await freePort();
});

afterEach(async () => {
  for (const run of running) {
    run.child.kill("SIGTERM");
    await run.ended;
  }
});

afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

/** What `npm start -- ARGS` runs. */
function start(args: string[] = [], environment: Record<string, string> = {}): Run {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(DATABASE_URL|PUBSUB_|STORE|GCS_|INIT_CWD|PUBLIC_URL|HOST$)/.test(name),
  );
  const child = spawn(process.execPath, [main, ...args], {
    env: {
      ...Object.fromEntries(inherited),
      REELAY_DATA_DIR: dataDirectory,
      PORT: String(port),
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) => {
    child.once("close", (code, signal) => done({ code, signal }));
  });
  const run: Run = { child, output: () => text, ended };
  running.add(run);
  void ended.then(() => running.delete(run));
  return run;
}

const readRun = async () =>
  JSON.parse(await readFile(join(dataDirectory, "run.json"), "utf8")) as Record<string, string | number>;

/** The run file of that very process; fails at once, with what it wrote, when it ended instead. */
async function untilReady(run: Run) {
  return eventually(
    async () => {
      if (run.child.exitCode !== null) return null;
      const file = await readRun();
      return file["pid"] === run.child.pid && file;
    },
    "npm start is ready",
    patience,
  ).then((file) => file ?? Promise.reject(new Error(`npm start ended instead: ${run.output()}`)));
}

async function ask(run: Record<string, string | number>, query: string) {
  const response = await fetch(String(run["graphql"]), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${run["apiKey"]}` },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data: unknown };
}

/** Postgres processes on this data folder. */
async function postgresProcesses(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return commands.filter((command) => command.includes("postgres") && command.includes(folder));
}

const create = `mutation { createVideo(input: { title: "Kept", externalId: "kept",
  source: { upload: { filename: "a.mp4", sizeBytes: 5 } } }) { __typename ... on Error { code message } } }`;
const find = `{ videoByExternalId(externalId: "kept") { title } }`;

test.runIf(process.platform === "linux")(
  "one command starts a system and prints its addresses; it stops cleanly and keeps data and key",
  async () => {
    const first = start();
    const run = await untilReady(first);
    expect(Object.keys(run).sort()).toEqual(["apiKey", "database", "graphql", "pid", "pubsub"]);
    expect(run).toMatchObject({
      graphql: `http://127.0.0.1:${port}/graphql`,
      pubsub: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      database: expect.stringMatching(/^postgresql:/) as string,
    });
    expect((await stat(join(dataDirectory, "run.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDirectory, "api-key"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDirectory, "secrets-key"))).mode & 0o777).toBe(0o600);
    await eventually(() => first.output().includes(String(run["apiKey"])), "the key is printed", patience);
    expect(await ask(run, create)).toMatchObject({ data: { createVideo: { __typename: "Video" } } });

    // As in a terminal, where the launcher and npm forward a signal that the process already received.
    first.child.kill("SIGINT");
    first.child.kill("SIGINT");
    expect(await first.ended, first.output()).toEqual({ code: 0, signal: null });
    await expect(readRun()).rejects.toThrow("ENOENT");
    expect(await postgresProcesses(dataDirectory)).toEqual([]);

    const again = await untilReady(start());
    expect(again["apiKey"]).toBe(run["apiKey"]);
    expect(await ask(again, find)).toEqual({ data: { videoByExternalId: { title: "Kept" } } });
  },
);

test("a start after a killed run prints one sentence and loses no data", async () => {
  const killed = start();
  const before = await untilReady(killed);
  killed.child.kill("SIGKILL");
  await killed.ended;

  const healed = start();
  const after = await untilReady(healed);
  await eventually(() => healed.output().includes("An earlier run"), "it says that it healed", patience);
  expect(after["apiKey"]).toBe(before["apiKey"]);
  expect(await ask(after, "{ viewer { workspace { name } } }")).toEqual({
    data: { viewer: { workspace: { name: "default" } } },
  });
});

test("a second start on the same data names the running process", async () => {
  const first = start();
  const run = await untilReady(first);
  const second = start([], { PORT: String(await freePort()) });
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.output().trim().split("\n")).toHaveLength(1);
  expect(second.output()).toContain(`process ${first.child.pid}, at ${run["graphql"]}`);
  expect(await readRun()).toEqual(run);
});

test("a port in use is reported in one sentence before anything is started", async () => {
  const taken = createServer();
  await new Promise<void>((done) => void taken.listen(0, "127.0.0.1", done));
  const address = taken.address();
  const takenPort = typeof address === "object" && address !== null ? address.port : 0;
  const folder = join(dataDirectory, "never");
  try {
    const run = start([], { PORT: String(takenPort), REELAY_DATA_DIR: folder });
    expect(await run.ended).toEqual({ code: 1, signal: null });
    expect(run.output().trim().split("\n")).toHaveLength(1);
    expect(run.output()).toContain(`Port ${takenPort} on 127.0.0.1 is in use`);
    expect(await readdir(folder)).toEqual([]);
  } finally {
    taken.close();
  }
});

test("a missing file is reported before anything is started", async () => {
  const folder = join(dataDirectory, "never-made");
  const run = start(["no-such.mp4"], { REELAY_DATA_DIR: folder });
  expect(await run.ended).toEqual({ code: 1, signal: null });
  expect(run.output()).toContain("no-such.mp4 does not exist");
  await expect(stat(folder)).rejects.toThrow("ENOENT");
});
