import type { Tx } from "../events/record-change.ts";

/** Wakes the processes that send. New deliveries do so by themselves (trigger); this is for those that are due again. */
export const webhookChannel = "reelay_webhooks";

/** Tells all processes, when the transaction commits, that there is something to send. */
export async function wakeWebhooks(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${webhookChannel}, '')`;
}
