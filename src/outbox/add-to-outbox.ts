import { encodeMessage, type Message } from "@reelay/contracts";
import { withActiveTrace } from "@reelay/messaging";
import type { Tx } from "../events/index.ts";

/**
 * Records in the transaction that a message is to be sent; the relay sends it after the commit. Messages of
 * one job are sent in order.
 */
export async function addToOutbox(
  tx: Tx,
  message: Message,
  { jobId = null }: { jobId?: string | null } = {},
): Promise<void> {
  const { data, attributes } = encodeMessage(message);
  const traced = withActiveTrace(attributes);
  await tx.outboxMessage.create({ data: { attributes: traced, data: Buffer.from(data), jobId } });
}
