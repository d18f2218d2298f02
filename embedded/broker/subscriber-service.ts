import type { protos } from "@google-cloud/pubsub";
import type { ServerDuplexStream, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Clock } from "./clock.ts";
import { pull } from "./pull.ts";
import type { Registry } from "./registry.ts";
import { invalid } from "./status-error.ts";
import { streamingPull } from "./streaming-pull.ts";
import { type Description, planSubscription } from "./subscription-plan.ts";
import { unary } from "./unary.ts";

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
