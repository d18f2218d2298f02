import { createRequire } from "node:module";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

const require = createRequire(import.meta.url);

/** The services of google.pubsub.v1, from the protocol definitions in the official client. */
export function loadServices(): { publisher: ServiceDefinition; subscriber: ServiceDefinition } {
  const json = require("@google-cloud/pubsub-api/build/protos/protos.json") as Parameters<typeof fromJSON>[0];
  const definitions = fromJSON(json, { longs: Number, enums: String, defaults: true, oneofs: true });
  return {
    publisher: definitions["google.pubsub.v1.Publisher"] as ServiceDefinition,
    subscriber: definitions["google.pubsub.v1.Subscriber"] as ServiceDefinition,
  };
}

interface Duration {
  seconds?: unknown;
  nanos?: number | null;
}

/** Milliseconds of a google.protobuf.Duration; undefined if it is not set. */
export function durationMs(duration: Duration | null | undefined): number | undefined {
  if (duration == null) return undefined;
  return Number(duration.seconds ?? 0) * 1_000 + (duration.nanos ?? 0) / 1e6;
}

/** A google.protobuf.Duration, or a Timestamp if the milliseconds count from the epoch. */
export const protoTime = (ms: number): { seconds: number; nanos: number } => ({
  seconds: Math.floor(ms / 1_000),
  nanos: (ms % 1_000) * 1e6,
});
