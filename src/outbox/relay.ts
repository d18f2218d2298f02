import type { Messaging } from "@reelay/messaging";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { listen } from "../listen.ts";

const batchSize = 100;
const pollMs = 1_000;
const lastRetryMs = 10_000;

export interface RelayDeps {
  db: PrismaClient;
  messaging: Messaging;
  databaseUrl: string;
  clock: () => Date;
  log: Logger;
}

interface Row {
  id: bigint;
  attributes: Record<string, string>;
  data: Uint8Array;
  taskId: string | null;
}

/**
 * Publishes one batch of what is due, in order, and deletes it. Any number of processes may do so at once.
 *
 * `SKIP LOCKED` gives each process rows of its own; the rows stay locked while they are published, so a process that dies leaves them to the
 * others. A crash between publishing and committing sends a message twice, which receivers are built for.
 */
export async function relayBatch({ db, messaging, clock }: RelayDeps): Promise<number> {
  return await db.$transaction(
    async (tx) => {
      const now = clock();
      const rows = await tx.$queryRaw<Row[]>`
        SELECT id, attributes, data, task_id AS "taskId" FROM outbox
        WHERE available_at <= ${now} ORDER BY id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`;
      // Together, so that a batch costs one round trip; the client keeps their order.
      await Promise.all(rows.map(({ data, attributes }) => messaging.publishEncoded({ data, attributes })));
      const taskIds = rows.map(({ taskId }) => taskId).filter((id) => id !== null);
      if (rows.length === 0) return 0;
      await tx.outboxMessage.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
      await tx.task.updateMany({ where: { id: { in: taskIds } }, data: { publishedAt: now } });
      return rows.length;
    },
    { timeout: 30_000, maxWait: 15_000 },
  );
}

/** Relays until disposed: woken by NOTIFY, polling as the fallback, backing off while the broker is away. */
export async function startRelay(deps: RelayDeps): Promise<AsyncDisposable> {
  const stopped = new AbortController();
  let wake: () => void = () => undefined;
  const listener = await listen({
    databaseUrl: deps.databaseUrl,
    channel: "reelay_outbox",
    log: deps.log,
    heard: () => wake(),
    resync: () => wake(),
  });

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped.signal.aborted) {
      // Set before looking, so that a wake-up during the look is not missed.
      const woken = new Promise<void>((resolve) => (wake = resolve));
      try {
        const sent = await relayBatch(deps);
        failures = 0;
        if (sent > 0) continue;
        await within(pollMs, woken);
      } catch (error) {
        failures += 1;
        const retryMs = Math.min(250 * 2 ** failures, lastRetryMs);
        deps.log.warn({ err: error, retryMs }, "outbox.not-relayed");
        await within(retryMs, aborted(stopped.signal));
      }
    }
  }

  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort();
      wake();
      await listener[Symbol.asyncDispose]();
      await running;
    },
  };
}

/** Resolves with the promise, after `ms` at the latest. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
