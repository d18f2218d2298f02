import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PrismaClient } from "../../prisma/generated/client.ts";
import { freePort } from "../../tests/kit/index.ts";
import { applyReport } from "../projector/index.ts";
import { sweep } from "../sweeper/index.ts";
import { workerRow } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { createMetrics } from "./metrics.ts";

let projection: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  projection = await createProjection();
});
afterAll(() => projection[Symbol.asyncDispose]());

/** The value of one series in a scrape; undefined when it is not there. */
function valueOf(scrape: string, series: string): number | undefined {
  const line = scrape.split("\n").find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const clientOf = (url: string) => new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });

test("a scrape contains the queue, the outbox and the workers, with zeros for missing values", async () => {
  const { db } = projection;
  const video = await projection.createQueuedVideo();
  await db.task.update({ where: { id: video.taskId }, data: { availableAt: new Date(Date.now() - 60_000) } });
  await db.outboxMessage.create({
    data: { attributes: {}, data: Buffer.from("{}"), availableAt: new Date(Date.now() - 30_000) },
  });
  await db.worker.create({ data: { ...workerRow("a", { slots: 4 }), busy: 1 } });
  const silent = workerRow("b", { slots: 4, now: new Date(Date.now() - 60_000) });
  await db.worker.create({ data: { ...silent, busy: 1 } });
  const scrape = await createMetrics(db).metrics();
  expect(valueOf(scrape, "reelay_database_up")).toBe(1);
  expect(valueOf(scrape, 'reelay_tasks{pool="CPU",status="QUEUED",priority="STANDARD"}')).toBe(1);
  expect(valueOf(scrape, 'reelay_tasks{pool="GPU",status="QUEUED",priority="BULK"}')).toBe(0);
  const age = valueOf(scrape, 'reelay_oldest_queued_task_age_seconds{pool="CPU",priority="STANDARD"}');
  expect(age).toBeGreaterThanOrEqual(60);
  expect(valueOf(scrape, "reelay_outbox_messages")).toBeGreaterThan(0);
  expect(valueOf(scrape, "reelay_outbox_lag_seconds")).toBeGreaterThanOrEqual(30);
  expect(valueOf(scrape, 'reelay_workers{pool="CPU",state="alive"}')).toBe(1);
  expect(valueOf(scrape, 'reelay_workers{pool="CPU",state="silent"}')).toBe(1);
  expect(valueOf(scrape, 'reelay_workers{pool="GPU",state="alive"}')).toBe(0);
  expect(valueOf(scrape, 'reelay_pool_slots{pool="CPU"}')).toBe(4);
  expect(valueOf(scrape, 'reelay_pool_busy_slots{pool="CPU"}')).toBe(1);
  expect(valueOf(scrape, 'reelay_wanted_workers{pool="CPU"}')).toBe(1);
  expect(valueOf(scrape, 'reelay_wanted_workers{pool="GPU"}')).toBe(0);
  await db.outboxMessage.deleteMany();
});

test("fifty concurrent scrapes read the database once", async () => {
  let looks = 0;
  const counted = projection.db.$extends({
    query: {
      async $queryRaw({ args, query }) {
        looks += 1;
        return await query(args);
      },
    },
  });
  const metrics = createMetrics(counted as unknown as PrismaClient);
  await Promise.all(Array.from({ length: 50 }, () => metrics.metrics()));
  await metrics.metrics();
  // The queue, the outbox, the webhooks and the workers; and, for what is wanted, demand, means and slots.
  expect(looks).toBe(7);
});

test("a scrape while Postgres is unavailable contains the process's own metrics and no outdated values", async () => {
  const db = clientOf(`postgres://unknown@127.0.0.1:${await freePort()}/none`);
  const metrics = createMetrics(db);
  metrics.attemptEnded("COMPLETED");
  const scrape = await metrics.metrics();
  expect(valueOf(scrape, "reelay_database_up")).toBe(0);
  expect(valueOf(scrape, 'reelay_attempts_total{outcome="COMPLETED"}')).toBe(1);
  expect(valueOf(scrape, "reelay_outbox_messages")).toBeUndefined();
  expect(scrape).not.toMatch(/^reelay_(tasks|wanted_workers)\{/m);
  await db.$disconnect();
});

test("a scrape is answered while Postgres accepts connections but does not respond", async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const db = clientOf(`postgres://unknown@127.0.0.1:${(silent.address() as AddressInfo).port}/none`);
  expect(valueOf(await createMetrics(db).metrics(), "reelay_database_up")).toBe(0);
  for (const socket of sockets) socket.destroy();
  silent.close();
  await db.$disconnect();
});

test("attempts are counted once, by outcome, and reclaimed leases are counted", async () => {
  const { db, deps, operations } = projection;
  const metrics = createMetrics(db);
  const counting = { ...deps, metrics };
  const first = await projection.createQueuedVideo();
  const done = attemptOf(first, "worker-1", 0);
  await applyReport(counting, done.started);
  await applyReport(counting, done.completed(1));
  await applyReport(counting, done.completed(1));
  const second = await projection.createQueuedVideo();
  await applyReport(counting, attemptOf(second, "worker-1", 0).started);
  projection.passTime(60_000);
  await sweep({ ...operations, messaging: deps.messaging, metrics });
  const scrape = await metrics.metrics();
  expect(valueOf(scrape, 'reelay_attempts_total{outcome="COMPLETED"}')).toBe(1);
  expect(valueOf(scrape, 'reelay_attempts_total{outcome="LOST"}')).toBe(1);
  expect(valueOf(scrape, "reelay_leases_reclaimed_total")).toBe(1);
  expect(valueOf(scrape, 'reelay_report_lag_seconds_count{type="task.started.v1"}')).toBe(2);
});
