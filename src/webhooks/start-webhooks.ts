import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { startWorkLoop } from "../database/index.ts";
import { createDeliverer, type DeliverDeps } from "./deliver.ts";
import { type FanOutDeps, fanOut, readFollowed, WEBHOOK_CHANNEL } from "./fan-out.ts";
import { createSender } from "./send.ts";

interface WebhooksDeps extends FanOutDeps, Omit<DeliverDeps, "sender" | "onEnded"> {
  databaseUrl: string;
  allowPrivate: readonly string[];
  log: Logger;
}

/**
 * Creates deliveries from the log and sends them until disposed. Any number of processes may run it. Waits
 * during an outage of the database. Disposing gives requests 1 s to end.
 */
export async function startWebhooks(deps: WebhooksDeps): Promise<AsyncDisposable> {
  const { db, databaseUrl, log, timeoutMs, allowPrivate, clock } = deps;
  await using starting = new AsyncDisposableStack();
  const sender = starting.use(createSender({ timeoutMs, allowPrivate, clock }));
  const deliverer = starting.use(createDeliverer({ ...deps, sender, onEnded: () => sending.wake() }));
  const sending = starting.use(
    await startWorkLoop({
      databaseUrl,
      channel: WEBHOOK_CHANNEL,
      log,
      work: async () => (await deliverer.deliverDue()) > 0,
      onFailed: (error, retryMs) => log.warn({ err: error, retryMs }, "webhooks.not-sent"),
    }),
  );
  let followed: ReadonlySet<string> = new Set();
  starting.use(
    await startWorkLoop({
      databaseUrl,
      channel: "reelay_events",
      log,
      work: async () => {
        followed = await readFollowed(db);
        return followed.size > 0 && (await fanOut(deps));
      },
      isForUs: (workspaceId) => followed.has(workspaceId),
      onFailed: (error, retryMs) => log.warn({ err: error, retryMs }, "webhooks.not-fanned-out"),
    }),
  );
  const held = starting.move();
  return { [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const BATCH_SIZE = 1_000;

/**
 * Deletes deliveries older than `before`, with their attempts, 1,000 per call, including pending ones of a
 * disabled endpoint. Rows that another process is changing are left to it. Resolves to the number of deleted
 * deliveries.
 */
export async function forgetDeliveries(db: PrismaClient, before: Date): Promise<number> {
  return await db.$executeRaw`
    DELETE FROM webhook_deliveries WHERE id IN (
      SELECT id FROM webhook_deliveries WHERE created_at < ${before} ORDER BY created_at LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED
    )`;
}
