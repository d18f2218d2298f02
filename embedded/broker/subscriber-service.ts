import type { protos } from "@google-cloud/pubsub";
import type { ServerDuplexStream, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Clock } from "./clock.ts";
import type { Consumer } from "./dispatcher.ts";
import { receivedMessage } from "./received-message.ts";
import type { Registry } from "./registry.ts";
import { invalid, unary } from "./status-error.ts";
import { streamingPull } from "./streaming-pull.ts";
import type { Leased } from "./subscription.ts";
import { type Description, planSubscription } from "./subscription-plan.ts";

/** The part of google.pubsub.v1.Subscriber that Reelay uses. */
export function subscriberService(
  registry: Registry<Description>,
  clock: Clock,
): UntypedServiceImplementation {
  return {
    CreateSubscription: unary<Description, Description>((request) =>
      describe(registry.createSubscription(planSubscription(request))),
    ),
    GetSubscription: unary<protos.google.pubsub.v1.IGetSubscriptionRequest, Description>((request) =>
      describe(registry.subscription(request.subscription ?? "")),
    ),
    ListSubscriptions: unary<
      protos.google.pubsub.v1.IListSubscriptionsRequest,
      protos.google.pubsub.v1.IListSubscriptionsResponse
    >(({ project }) => ({ subscriptions: registry.subscriptions(project ?? "").map(describe) })),
    DeleteSubscription: unary<protos.google.pubsub.v1.IDeleteSubscriptionRequest, object>((request) => {
      registry.deleteSubscription(request.subscription ?? "");
      return {};
    }),
    Acknowledge: unary<protos.google.pubsub.v1.IAcknowledgeRequest, object>((request) => {
      const { dispatcher } = registry.subscription(request.subscription ?? "");
      dispatcher.subscription.acknowledge(request.ackIds ?? []);
      dispatcher.pump(clock.now());
      return {};
    }),
    ModifyAckDeadline: unary<protos.google.pubsub.v1.IModifyAckDeadlineRequest, object>((request) => {
      const seconds = request.ackDeadlineSeconds ?? 0;
      if (seconds < 0 || seconds > 600) throw invalid(`Ack deadline ${seconds} s; expected 0 to 600 s.`);
      const { dispatcher } = registry.subscription(request.subscription ?? "");
      dispatcher.subscription.modifyDeadline(request.ackIds ?? [], seconds * 1_000, clock.now());
      dispatcher.pump(clock.now());
      return {};
    }),
    Pull: unary<protos.google.pubsub.v1.IPullRequest, protos.google.pubsub.v1.IPullResponse>(
      (request, call) => pull(registry, clock, request, call),
    ),
    StreamingPull: (
      call: ServerDuplexStream<
        protos.google.pubsub.v1.IStreamingPullRequest,
        protos.google.pubsub.v1.IStreamingPullResponse
      >,
    ) => streamingPull(registry, clock, call),
  };
}

const describe = ({ description, topic }: { description: Description; topic: string }): Description => ({
  ...description,
  topic,
});

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
