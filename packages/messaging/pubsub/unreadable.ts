import { decodeMessage, type Message } from "@reelay/contracts";
import { type SubscriptionSpec, topics } from "../topology.ts";
import type { Connection } from "./connection.ts";
import type { Publish } from "./publish.ts";

/** A message as the broker gave it. */
export interface RawMessage {
  messageId: string;
  data: Uint8Array;
}

/** Pub/Sub's limit for an attribute's value. */
const maxAttributeBytes = 1_024;

/**
 * Reads a message; one that cannot be read is put on the `unreadable` topic, as it came, with its reason, and comes back as
 * undefined: the caller acknowledges it, so that it holds up nothing. Rejects when it could not be set aside.
 */
export async function readOrSetAside(
  connection: Connection,
  publish: Publish,
  spec: SubscriptionSpec,
  raw: RawMessage,
): Promise<Message | undefined> {
  const decoded = decodeMessage(raw.data);
  if (decoded.ok) return decoded.message;
  const subscription = connection.subscriptionPath(spec);
  const reason = shorten(decoded.reason);
  connection.log("message.unreadable", { subscription, messageId: raw.messageId, reason });
  await publish(topics.unreadable, {
    data: raw.data,
    attributes: { reason, subscription, originalMessageId: raw.messageId },
  });
  return undefined;
}

/** Cuts at a character, not inside of one. */
function shorten(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxAttributeBytes) return text;
  return new TextDecoder().decode(bytes.subarray(0, maxAttributeBytes), { stream: true });
}
