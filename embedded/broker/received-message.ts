import type { protos } from "@google-cloud/pubsub";
import { timestampOf } from "./proto.ts";
import type { Leased } from "./subscription.ts";

/** A delivery as it goes over the wire. */
export const receivedMessage = ({ ackId, message }: Leased): protos.google.pubsub.v1.IReceivedMessage => ({
  ackId,
  message: {
    data: message.data,
    attributes: message.attributes,
    messageId: message.messageId,
    publishTime: timestampOf(message.publishedAt),
    orderingKey: message.orderingKey,
  },
});
