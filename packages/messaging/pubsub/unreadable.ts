import { decodeMessage, type Message } from "@reelay/contracts";
import { type SubscriptionSpec, topics } from "../topology.ts";
import type { Connection } from "./connection.ts";
import type { Publish } from "./publish.ts";

/** A message as delivered by the broker. */
interface RawMessage {
  messageId: string;
  data: Uint8Array;
}

/** Pub/Sub's limit for an attribute value. */
const MAX_ATTRIBUTE_BYTES = 1_024;

/**
 * Reads a message. An unreadable one is published unchanged, with the reason, to the `unreadable` topic; the
 * result is then undefined and the caller acknowledges it, so that it blocks nothing. Rejects when it could
 * not be set aside.
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

/** Cuts between characters, never inside one. */
function shorten(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_ATTRIBUTE_BYTES) return text;
  return new TextDecoder().decode(bytes.subarray(0, MAX_ATTRIBUTE_BYTES), { stream: true });
}
