import type { protos } from "@google-cloud/pubsub";
import { parseFilter } from "./filter.ts";
import { durationMs, protoTime } from "./proto.ts";
import type { SubscriptionPlan } from "./registry.ts";
import { invalid, unsupported } from "./status-error.ts";

export type Description = protos.google.pubsub.v1.ISubscription;

/**
 * Bounds of one subscription's backlog. The real service keeps everything for its retention; here the oldest go first when
 * either is passed, because Reelay sends again whatever nobody took.
 */
const backlogLimits = { maxMessages: 100_000, maxBytes: 256 * 1024 * 1024 } as const;

const day = 24 * 60 * 60 * 1_000;
const namePattern = /^projects\/[^/]+\/subscriptions\/[A-Za-z][\w.~+%-]{2,254}$/;

/** Reads a CreateSubscription request: defaults filled in, refused with the reason where it asks for what cannot be. */
export function planSubscription(request: Description): SubscriptionPlan<Description> {
  refuseUnsupported(request);
  const { name, topic, filter: source } = request;
  if (name == null || !namePattern.test(name)) throw invalid(`Invalid subscription name: ${name ?? ""}`);
  const ackDeadlineSeconds = request.ackDeadlineSeconds || 10;
  if (ackDeadlineSeconds < 10 || ackDeadlineSeconds > 600) {
    throw invalid(`${name}: ack deadline ${ackDeadlineSeconds} s; expected 10 to 600 s.`);
  }
  const parsed = parseFilter(source ?? "");
  if (!parsed.ok) throw invalid(`${name}: ${parsed.reason}`);
  const retentionMs = durationMs(request.messageRetentionDuration) || 7 * day;
  const expirationPolicy = request.expirationPolicy ?? { ttl: protoTime(31 * day) };
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
