import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { PrismaClient } from "../prisma/generated/client.ts";

/** Prometheus metrics of this process, and of the queue as the database has it at the moment of the scrape. */
export function createMetrics(db: PrismaClient): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "reelay_" });
  const tasks = new Gauge({
    name: "reelay_tasks",
    help: "Tasks that wait or run, by pool and status.",
    labelNames: ["pool", "status"],
    registers: [registry],
    async collect() {
      const groups = await db.task.groupBy({
        by: ["pool", "status"],
        where: { status: { in: ["QUEUED", "RUNNING"] } },
        _count: true,
      });
      tasks.reset();
      for (const { pool, status, _count } of groups) tasks.set({ pool, status }, _count);
    },
  });
  const outbox = new Gauge({
    name: "reelay_outbox_messages",
    help: "Messages that are decided on and not sent yet.",
    registers: [registry],
    async collect() {
      outbox.set(await db.outboxMessage.count());
    },
  });
  return registry;
}
