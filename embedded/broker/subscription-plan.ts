import type { protos } from "@google-cloud/pubsub";
import { parseFilter } from "./filter.ts";
import { durationMs, protoTime } from "./proto.ts";
import type { SubscriptionPlan } from "./registry.ts";
import { invalid, unsupported } from "./status-error.ts";

export type Description = protos.google.pubsub.v1.ISubscription;

/**
 * Limits of one subscription's backlog. The real service keeps everything for its retention time. Here the
 * oldest messages are dropped beyond either limit, because Reelay sends unacknowledged messages again.
 */
const backlogLimits = { maxMessages: 100_000, maxBytes: 256 * 1024 * 1024 } as const;

const DAY_MS = 24 * 60 * 60 * 1_000;
const NAME_PATTERN = /^projects\/[^/]+\/subscriptions\/[A-Za-z][\w.~+%-]{2,254}$/;

/**
 * Parses a CreateSubscription request and applies defaults. Throws with the reason if the request is not
 * supported.
 */
export function planSubscription(request: Description): SubscriptionPlan<Description> {
  refuseUnsupported(request);
  const { name, topic, filter: source } = request;
  if (name == null || !NAME_PATTERN.test(name)) throw invalid(`Invalid subscription name: ${name ?? ""}`);
  const ackDeadlineSeconds = request.ackDeadlineSeconds || 10;
  if (ackDeadlineSeconds < 10 || ackDeadlineSeconds > 600) {
    throw invalid(`${name}: ack deadline ${ackDeadlineSeconds} s; expected 10 to 600 s.`);
  }
  const parsed = parseFilter(source ?? "");
  if (!parsed.ok) throw invalid(`${name}: ${parsed.reason}`);
  const retentionMs = durationMs(request.messageRetentionDuration) || 7 * DAY_MS;
  const expirationPolicy = request.expirationPolicy ?? { ttl: protoTime(31 * DAY_MS) };
  const retry = request.retryPolicy;
  const description: Description = {
    ...request,
    ackDeadlineSeconds,
    expirationPolicy,
    messageRetentionDuration: protoTime(retentionMs),
    state: "ACTIVE",
  };
  return {
    name,
    topic: topic ?? "",
    filter: parsed.filter,
    settings: {
      ...backlogLimits,
      ackDeadlineMs: ackDeadlineSeconds * 1_000,
      isOrdered: request.enableMessageOrdering === true,
      retentionMs,
      ...(retry && {
        retry: {
          minMs: durationMs(retry.minimumBackoff) ?? 10_000,
          maxMs: durationMs(retry.maximumBackoff) ?? 600_000,
        },
      }),
    },
    expiresAfterMs: durationMs(expirationPolicy.ttl) || null,
    description,
  };
}

function refuseUnsupported(request: Description): void {
  if (request.pushConfig?.pushEndpoint) throw unsupported("push subscriptions");
  if (request.deadLetterPolicy) throw unsupported("dead-letter policies");
  if (request.enableExactlyOnceDelivery) throw unsupported("exactly-once delivery");
  if (request.bigqueryConfig || request.cloudStorageConfig) throw unsupported("export subscriptions");
}
