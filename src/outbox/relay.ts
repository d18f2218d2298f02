import type { Messaging } from "@reelay/messaging";
import { backoffMs } from "@reelay/process";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { startWorkLoop } from "../database/index.ts";
import type { Tx } from "../events/index.ts";

/** Rows per transaction, which limits the part of the outbox that a process holds in memory. */
const LARGEST_BATCH = 100;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

interface RelayDeps {
  db: PrismaClient;
  messaging: Pick<Messaging, "publishEncoded">;
  clock: () => Date;
  log: Logger;
}

interface Row {
  id: bigint;
  attributes: Record<string, string>;
  data: Uint8Array;
  taskId: string | null;
  tries: number;
}

interface Relayed {
  sent: number;
  /** Messages that the broker did not accept: their rows stay, with a time for the next try. */
  failed: number;
}

/**
 * Publishes one batch of due messages and deletes it. Any number of processes may do so concurrently.
 *
 * A message that the broker did not accept gets the time of its next try in its row. A refused message
 * therefore holds up no other, and during an outage each message costs an occasional try. A crash between
 * publishing and committing sends a message twice, which receivers expect.
 */
export async function relayBatch(deps: RelayDeps, size: number = LARGEST_BATCH): Promise<Relayed> {
  const { db, messaging, clock, log } = deps;
  return await db.$transaction(
    async (tx) => {
      const now = clock();
      const rows = await lockDue(tx, now, size);
      if (rows.length === 0) return { sent: 0, failed: 0 };
      // Concurrently, so that a batch costs one round trip; the client keeps their order.
      const results = await Promise.allSettled(
        rows.map(({ data, attributes }) => messaging.publishEncoded({ data, attributes })),
      );
      const sent = rows.filter((_, index) => results[index]?.status === "fulfilled");
      if (sent.length > 0) {
        await tx.outboxMessage.deleteMany({ where: { id: { in: sent.map(({ id }) => id) } } });
        const taskIds = sent.map(({ taskId }) => taskId).filter((id) => id !== null);
        await tx.task.updateMany({
          where: { id: { in: taskIds }, status: "QUEUED", dispatchedAt: { not: null } },
          data: { publishedAt: now },
        });
      }
      for (const [index, row] of rows.entries()) {
        const result = results[index];
        if (result?.status !== "rejected") continue;
        const { type } = row.attributes;
        log.warn(
          { err: result.reason, outboxId: row.id.toString(), type, tries: row.tries + 1 },
          "outbox.not-sent",
        );
        await tx.outboxMessage.update({
          where: { id: row.id },
          data: {
            tries: { increment: 1 },
            lastError: String(result.reason).slice(0, 1_000),
            availableAt: new Date(clock().getTime() + backoffMs(row.tries, FIRST_RETRY_MS, LAST_RETRY_MS)),
          },
        });
      }
      return { sent: sent.length, failed: rows.length - sent.length };
    },
    { timeout: 30_000, maxWait: 15_000 },
  );
}

/**
 * The oldest due row of every job, oldest first. A later row is sent only after the earlier one is gone, so
 * messages of one job keep their order even with many relays. `SKIP LOCKED` gives each relay its own rows;
 * they stay locked while being published, so a process that dies leaves them to the others. A job whose
 * oldest row another relay holds is skipped.
 */
const lockDue = (tx: Tx, now: Date, size: number): Promise<Row[]> =>
  tx.$queryRaw<Row[]>`
    SELECT id, attributes, data, task_id AS "taskId", tries FROM outbox o
    WHERE available_at <= ${now}
      AND NOT EXISTS (SELECT 1 FROM outbox earlier WHERE earlier.job_id = o.job_id AND earlier.id < o.id)
    ORDER BY id LIMIT ${size} FOR UPDATE SKIP LOCKED`;

/**
 * Relays until disposed: woken by NOTIFY, and every two seconds. While the broker accepts nothing, single
 * messages test whether it is back, so that an outage is not flooded with every waiting message.
 */
export function startRelay(deps: RelayDeps & { databaseUrl: string }): Promise<AsyncDisposable> {
  let size = LARGEST_BATCH;
  return startWorkLoop({
    databaseUrl: deps.databaseUrl,
    channel: "reelay_outbox",
    log: deps.log,
    work: async () => {
      const { sent, failed } = await relayBatch(deps, size);
      size = sent > 0 || failed === 0 ? LARGEST_BATCH : 1;
      return sent > 0;
    },
    onFailed: (error, retryMs) => deps.log.warn({ err: error, retryMs }, "outbox.not-relayed"),
  });
}
