/** Processes that are killed while they check and run a batch. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLocalObjectStore } from "@reelay/object-store";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createTestDatabase, eventually } from "../../tests/kit/index.ts";
import { startProcess } from "../../tests/kit/start-process.ts";
import { createDatabase } from "../database/database.ts";
import { createTestContext } from "../testing/test-context.ts";
import { createBatch } from "./create-batch.ts";

const ROWS = 600;
const KILLS = 4;

const randomMs = (most: number): number => Math.random() * most;

test("whatever is killed while a batch is checked and run, every valid row gets exactly one video", async () => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-batches-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const { url } = stack.use(await createTestDatabase());
  const db = stack.adopt(createDatabase(url, { poolSize: 4 }), (client) => client.$disconnect());
  const store = stack.use(createLocalObjectStore({ directory, publicBaseUrl: "http://store/" }));
  const { operations } = createTestContext({ db, log: pino({ enabled: false }), store });
  const { id: workspaceId } = await db.workspace.create({ data: { name: "ours" } });
  const viewer = { apiKeyId: "", workspaceId, scopes: ["WRITE"] } as const;
  const lines = Array.from({ length: ROWS }, (_, at) => (at % 10 === 7 ? `${at},` : `${at},Saying ${at}`));
  const { batchId } = await createBatch(operations, viewer, {
    ...{ template: "quote", keyColumn: "id", start: true, maxActive: 40 },
    source: { csv: `id,quote\n${lines.join("\n")}\n` },
  });

  const begin = async () => {
    const api = stack.use(
      startProcess("src/testing/batches-process.ts", { DATABASE_URL: url, STORE_DIRECTORY: directory }),
    );
    await api.logged("batches.working");
    return api;
  };
  const readBatch = () => db.batch.findUniqueOrThrow({ where: { id: batchId } });
  const working = new AbortController();
  const worker = endVideos(working.signal);
  let api = await begin();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(randomMs(600));
    api.kill("SIGKILL");
    await api.ended;
    // As if the time of its lease had passed.
    await db.batch.updateMany({ where: { leaseUntil: { not: null } }, data: { leaseUntil: new Date(0) } });
    api = await begin();
  }
  await eventually(async () => expect((await readBatch()).status).toBe("PARTIAL"), "the batch ends", {
    timeoutMs: 120_000,
  });
  working.abort();
  await worker;
  const rows = await db.batchRow.findMany({ where: { batchId }, orderBy: { position: "asc" } });
  expect(rows.map(({ key }) => key)).toEqual(lines.map((_, at) => String(at)));
  expect(rows.map(({ status }) => status)).toEqual(
    lines.map((_, at) => (at % 10 === 7 ? "INVALID" : "READY")),
  );
  expect(await db.batchIssue.count({ where: { batchId } })).toBe(ROWS / 10);
  const videos = await db.video.findMany({ select: { id: true, title: true } });
  expect(videos.map(({ title }) => title).toSorted()).toEqual(
    lines.flatMap((_, at) => (at % 10 === 7 ? [] : [`Saying ${at}`])).toSorted(),
  );
  expect(new Set(rows.flatMap(({ videoId }) => videoId ?? []))).toEqual(new Set(videos.map(({ id }) => id)));

  /** A quick kind of work: videos are READY soon after they were requested. */
  async function endVideos(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = new Date();
      await db.$transaction([
        db.job.updateMany({ where: { endedAt: null }, data: { status: "RUNNING" } }),
        db.job.updateMany({ where: { status: "RUNNING" }, data: { status: "SUCCEEDED", endedAt: now } }),
        db.video.updateMany({
          where: { status: "PROCESSING" },
          data: { status: "READY", playableAt: now, readyAt: now },
        }),
      ]);
      await sleep(50);
    }
  }
}, 180_000);
