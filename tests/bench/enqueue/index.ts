import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import { createBroker } from "../../../embedded/broker/index.ts";
import { startPostgres } from "../../../embedded/postgres/index.ts";
import { applyMigrations } from "../../../prisma/apply-migrations.ts";
import { PrismaClient } from "../../../prisma/generated/client.ts";
import { createApiKey } from "../../../src/auth/api-keys.ts";
import { startChild } from "../child.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";
import { insertBare } from "./bare-insert.ts";
import type { EnqueueCommand, EnqueueReply } from "./commands.ts";

const workers = 20;
const connections = 50;
/** As many connections as the API's pool has. */
const insertConnections = 20;
/** How long the workers may take for the rest of a burst. */
const drainMs = 120_000;

/**
 * A burst of `createVideo` mutations, as fast as they are taken, while no-op workers do the jobs: what is
 * lost (nothing may be), how long an answer takes, and how the rate compares with bare INSERTs of the same
 * rows. All parts have processes of their own.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const mutations = isShort ? 300 : 2_000;
  const rounds = isShort ? 1 : 3;
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), "reelay-bench-enqueue-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = resources.use(
    await startPostgres({ directory: path.join(directory, "data"), database: "bench" }),
  );
  const databaseUrl = postgres.url;
  await applyMigrations({ url: databaseUrl });
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) });
  resources.defer(() => db.$disconnect());
  const { id: workspaceId } = await db.workspace.create({ data: { name: "bench" } });
  const { token } = await createApiKey(db, { workspaceId, name: "bench", scopes: ["ADMIN"] });
  const broker = resources.use(await createBroker());
  process.env["DATABASE_URL"] = databaseUrl;
  process.env["PUBSUB_EMULATOR_HOST"] = broker.address;
  process.env["STORE_DIRECTORY"] = path.join(directory, "store");
  const api = resources.use(startChild(new URL("../api-process.ts", import.meta.url)));
  const { url } = await api.answer<{ url: string }>();
  const workersProcess = resources.use(
    startChild(new URL("./workers-process.ts", import.meta.url), [broker.address, String(workers)]),
  );
  await workersProcess.answer();
  const client = resources.use(startChild(new URL("./client-process.ts", import.meta.url)));

  const burst = async (round: string, count: number): Promise<EnqueueReply> => {
    const command: EnqueueCommand = { url, token, round, mutations: count, connections };
    client.process.send(command);
    return await client.answer<EnqueueReply>();
  };
  const drained = async (): Promise<number> => {
    const until = performance.now() + drainMs;
    const left = () => db.job.count({ where: { endedAt: null } });
    while ((await left()) > 0 && performance.now() < until) await sleep(200);
    return await left();
  };

  print(
    `enqueue: ${rounds} bursts of ${mutations} createVideo mutations (URL, idempotency key) over ${connections} connections, ${workers} no-op workers; bare INSERTs of the same rows over ${insertConnections} connections, in turns`,
  );
  await burst("warm", 200);
  await drained();
  const replies: (EnqueueReply & { ratio: number; drainSeconds: number; lost: number })[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = await db.job.count({ where: { status: "SUCCEEDED" } });
    const startedAt = performance.now();
    const reply = await burst(String(round), mutations);
    await drained();
    const drainSeconds = (performance.now() - startedAt) / 1_000;
    const done = (await db.job.count({ where: { status: "SUCCEEDED" } })) - before;
    for (const refusal of reply.refusals) print(`enqueue: refused: ${refusal}`);
    const bare = await insertBare(databaseUrl, {
      workspaceId,
      sets: mutations,
      connections: insertConnections,
    });
    print(
      `enqueue: round ${round + 1}: ${reply.accepted} accepted, ${reply.perSecond.toFixed(0)}/s, p99 ${reply.p99Ms.toFixed(0)} ms, all done after ${drainSeconds.toFixed(0)} s; bare ${bare.toFixed(0)}/s`,
    );
    replies.push({ ...reply, ratio: reply.perSecond / bare, drainSeconds, lost: reply.accepted - done });
  }
  const of = (read: (reply: (typeof replies)[number]) => number) => summarize(replies.map(read));
  const figures = {
    "enqueue.accepted": replies.reduce((sum, { accepted }) => sum + accepted, 0),
    "enqueue.lost": replies.reduce((sum, { lost }) => sum + lost, 0),
    "enqueue.perSecond": of(({ perSecond }) => perSecond).median,
    "enqueue.p50Ms": of(({ p50Ms }) => p50Ms).median,
    "enqueue.p99Ms": of(({ p99Ms }) => p99Ms).median,
    "enqueue.ratio": of(({ ratio }) => ratio).median,
    "enqueue.doneSeconds": of(({ drainSeconds }) => drainSeconds).median,
  };
  print(
    `enqueue: ${figures["enqueue.accepted"]} of ${rounds * mutations} accepted, ${figures["enqueue.lost"]} lost (goal 0); ${show(
      of(({ perSecond }) => perSecond),
      0,
    )} mutations/s, p50 ${show(
      of(({ p50Ms }) => p50Ms),
      1,
      " ms",
    )}, p99 ${show(
      of(({ p99Ms }) => p99Ms),
      1,
      " ms",
    )}; all jobs done ${show(
      of(({ drainSeconds }) => drainSeconds),
      1,
      " s",
    )} after the first mutation`,
  );
  print(`enqueue: rate against bare INSERTs of the same rows: ${show(of(({ ratio }) => ratio))}`);
  return figures;
}
