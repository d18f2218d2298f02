import type { protos } from "@google-cloud/pubsub";
import { protoTime } from "./proto.ts";
import type { Leased } from "./subscription.ts";

/** A delivery in wire format. */
export const receivedMessage = ({ ackId, message }: Leased): protos.google.pubsub.v1.IReceivedMessage => ({
  ackId,
  message: {
    data: message.data,
    attributes: message.attributes,
    messageId: message.messageId,
    publishTime: protoTime(message.publishedAt),
    orderingKey: message.orderingKey,
  },
});
