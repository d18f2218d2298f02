import { encodeMessage, type Message } from "@reelay/contracts";
import type { Tx } from "../events/record-change.ts";

/** Decides, within the transaction, that a message is to be sent: the relay does it after the commit. */
export async function addToOutbox(
  tx: Tx,
  message: Message,
  options: { taskId?: string; availableAt?: Date } = {},
): Promise<void> {
  const { data, attributes } = encodeMessage(message);
  await tx.outboxMessage.create({
    data: {
      attributes,
      data: Buffer.from(data),
      taskId: options.taskId ?? null,
      ...(options.availableAt && { availableAt: options.availableAt }),
    },
  });
}
