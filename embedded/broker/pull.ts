import type { protos } from "@google-cloud/pubsub";
import type { ServerUnaryCall } from "@grpc/grpc-js";
import type { Clock } from "./clock.ts";
import type { Consumer } from "./dispatcher.ts";
import { receivedMessage } from "./received-message.ts";
import type { Registry } from "./registry.ts";
import { invalid } from "./status-error.ts";
import type { Leased } from "./subscription.ts";
import type { Description } from "./subscription-plan.ts";

type PullRequest = protos.google.pubsub.v1.IPullRequest;
type PullResponse = protos.google.pubsub.v1.IPullResponse;

/** Time a pull waits for the first message if its caller sets no earlier deadline. */
const MAX_WAIT_MS = 90_000;
/**
 * An empty answer is sent this long before the caller's deadline, so that it arrives as an answer and not as
 * an error.
 */
const MARGIN_MS = 50;

/** A unary pull: returns the first messages, or none if no message arrives in time. */
export async function pull(
  registry: Registry<Description>,
  clock: Clock,
  request: PullRequest,
  call: ServerUnaryCall<PullRequest, PullResponse>,
): Promise<PullResponse> {
  const max = request.maxMessages ?? 0;
  if (max <= 0) throw invalid(`max_messages is ${max}; expected at least 1.`);
  const { dispatcher } = registry.subscription(request.subscription ?? "");
  const { promise, resolve, reject } = Promise.withResolvers<Leased[]>();
  const consumer: Consumer = {
    ackDeadlineMs: undefined,
    hasRoom: ({ messages }) => messages < max && !call.cancelled,
    deliver: (messages) => {
      dispatcher.leave(consumer);
      resolve(messages);
    },
    close: reject,
  };
  dispatcher.join(consumer, clock.now());
  const giveUp = () => {
    dispatcher.leave(consumer);
    resolve([]);
  };
  if (request.returnImmediately) giveUp();
  call.once("cancelled", giveUp);
  const timer = setTimeout(giveUp, waitMs(call.getDeadline()));
  try {
    return { receivedMessages: (await promise).map(receivedMessage) };
  } finally {
    clearTimeout(timer);
  }
}

function waitMs(deadline: Date | number): number {
  return Math.max(0, Math.min(MAX_WAIT_MS, Number(deadline) - Date.now() - MARGIN_MS));
}
