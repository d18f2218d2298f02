import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import { createBroker } from "../../../embedded/broker/index.ts";
import { startPostgres } from "../../../embedded/postgres/index.ts";
import { applyMigrations } from "../../../prisma/apply-migrations.ts";
import { PrismaClient } from "../../../prisma/generated/client.ts";
import { locateFfmpeg } from "../../../render-worker/index.ts";
import { createApiKey } from "../../../src/auth/api-keys.ts";
import { createApiClient } from "../../kit/api-client.ts";
import { startChild } from "../child.ts";
import { cpuSecondsOf } from "../cpu-time.ts";

export interface StageOptions {
  /** Worker processes; each with the cores that it may use, all when left out, and further settings. */
  workers: readonly { cores?: string; env?: Readonly<Record<string, string>> }[];
  /** Machines with their prices, as in the file of `COMPUTE_OFFERS`. Default: a free one. */
  offers?: readonly object[];
}

/**
 * The whole system, each part a process of its own: Postgres, broker (here), API, workers, a local store.
 * Driven by its public API.
 */
export async function startStage({ workers, offers }: StageOptions) {
  await using resources = new AsyncDisposableStack();
  const { PATH = "", FFMPEG_PATH, FFPROBE_PATH } = process.env;
  const tools = await locateFfmpeg({ path: PATH, ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH });
  const directory = await mkdtemp(path.join(tmpdir(), "reelay-bench-engine-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = resources.use(
    await startPostgres({ directory: path.join(directory, "data"), database: "bench" }),
  );
  await applyMigrations({ url: postgres.url });
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: postgres.url }) });
  resources.defer(() => db.$disconnect());
  const { id: workspaceId } = await db.workspace.create({ data: { name: "bench" } });
  const { token } = await createApiKey(db, { workspaceId, name: "bench", scopes: ["ADMIN", "OPERATOR"] });
  const broker = resources.use(await createBroker());
  const storeDirectory = path.join(directory, "store");
  process.env["DATABASE_URL"] = postgres.url;
  process.env["PUBSUB_EMULATOR_HOST"] = broker.address;
  process.env["STORE_DIRECTORY"] = storeDirectory;
  if (offers !== undefined) {
    const offersFile = path.join(directory, "offers.json");
    await writeFile(offersFile, JSON.stringify({ store: "google-cloud", offers }));
    process.env["COMPUTE_OFFERS"] = offersFile;
    resources.defer(() => {
      delete process.env["COMPUTE_OFFERS"];
    });
  }
  const api = resources.use(startChild(new URL("../api-process.ts", import.meta.url)));
  const url = (await api.answer<{ url: string }>()).url.replace("/graphql", "");
  const processes = workers.map(({ cores, env }, index) => {
    const worker = startWorker({
      cores,
      env: {
        PATH,
        PUBSUB_EMULATOR_HOST: broker.address,
        STORE_DIRECTORY: storeDirectory,
        WORK_DIR: path.join(directory, `work-${index}`),
        FFMPEG_PATH: tools.ffmpeg.path,
        FFPROBE_PATH: tools.ffprobe.path,
        ...env,
      },
    });
    const ended = once(worker, "close");
    resources.defer(async () => {
      worker.kill("SIGTERM");
      await ended;
    });
    return worker;
  });
  while ((await db.worker.count()) < workers.length) await sleep(100);
  const owned = resources.move();
  return {
    db,
    directory,
    tools: { ffmpeg: tools.ffmpeg.path, ffprobe: tools.ffprobe.path },
    client: createApiClient(url, token),
    /** CPU seconds of all workers and of what they started and waited for. */
    async workerCpuSeconds(): Promise<number> {
      const used = await Promise.all(processes.map(({ pid }) => cpuSecondsOf(pid ?? 0)));
      return used.reduce((sum, { own, children }) => sum + own + children, 0);
    },
    apiPid: api.process.pid ?? 0,
    workerPids: processes.map(({ pid }) => pid ?? 0),
    /**
     * The same, once it has stopped growing for longer than workers wait for quiet: what they do for their
     * own account after a video's end is done.
     */
    async workersAtRest(): Promise<number> {
      for (let last = Number.NEGATIVE_INFINITY; ; ) {
        const now = await this.workerCpuSeconds();
        if (now - last < 0.1) return now;
        last = now;
        await sleep(5_000);
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export type Stage = Awaited<ReturnType<typeof startStage>>;

/** A video from a file, as its owner makes one. Resolves with the last byte's answer. */
export const upload = (stage: Stage, path: string, input: object = {}): Promise<string> =>
  stage.client.upload(path, input);

function startWorker({ cores, env }: { cores: string | undefined; env: NodeJS.ProcessEnv }): ChildProcess {
  const command = [process.execPath, path.join(import.meta.dirname, "../../../render-worker/main.ts")];
  const [program = "", ...args] = cores === undefined ? command : ["taskset", "-c", cores, ...command];
  return spawn(program, args, {
    env: { ...env, NODE_ENV: "production", METADATA_SERVER_DETECTION: "none", LOG_LEVEL: "warn" },
    stdio: ["ignore", "inherit", "inherit"],
  });
}
