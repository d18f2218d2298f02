/** A published message. Subscriptions share one immutable object. */
export interface StoredMessage {
  messageId: string;
  data: Uint8Array;
  attributes: Record<string, string>;
  /** Empty if the publisher set none. */
  orderingKey: string;
  /** Milliseconds since the epoch. */
  publishedAt: number;
  /** Data, attributes and ordering key together, as counted by the limits. */
  sizeBytes: number;
}

/** Size by Pub/Sub's rules: data plus the UTF-8 bytes of attributes and ordering key. */
export function sizeOf(message: Pick<StoredMessage, "data" | "attributes" | "orderingKey">): number {
  let size = message.data.length + Buffer.byteLength(message.orderingKey);
  for (const [name, value] of Object.entries(message.attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return size;
}
