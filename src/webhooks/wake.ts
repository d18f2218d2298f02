import type { Tx } from "../events/record-change.ts";

/**
 * Wakes sending processes. New deliveries do so through a trigger; this is for deliveries that are due again.
 */
export const webhookChannel = "reelay_webhooks";

/** Notifies all processes, when the transaction commits, that deliveries are due. */
export async function wakeWebhooks(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${webhookChannel}, '')`;
}
