import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Delivery } from "./messaging.ts";
import type { Topic } from "./topology.ts";

type Attributes = Record<string, string>;

/** The attributes plus the active trace (W3C `traceparent`). Unchanged while tracing is off. */
export function withActiveTrace(attributes: Attributes): Attributes {
  const carried = { ...attributes };
  propagation.inject(context.active(), carried);
  return carried;
}

/** The trace of a received message, as a parent for spans. */
export const traceOf = ({ attributes = {} }: Pick<Delivery, "attributes">): Context =>
  propagation.extract(ROOT_CONTEXT, attributes);

/** Span attributes of a message, by OpenTelemetry's semantic conventions for Pub/Sub. */
export const messageAttributes = (
  operation: "send" | "process",
  destination: string,
  type: string | undefined,
) => ({
  "messaging.system": "gcp_pubsub",
  "messaging.operation.name": operation,
  "messaging.operation.type": operation,
  "messaging.destination.name": destination,
  ...(type !== undefined && { "reelay.message.type": type }),
});

/**
 * Sends a message in the trace named by its attributes. The decision to send was made earlier, so a producer
 * span links that decision to the receiver. A message without a trace is sent unchanged.
 */
export async function sendTraced(
  topic: Topic,
  attributes: Attributes,
  send: (attributes: Attributes) => Promise<void>,
): Promise<void> {
  if (attributes["traceparent"] === undefined) return await send(attributes);
  const parent = propagation.extract(ROOT_CONTEXT, attributes);
  const span = trace
    .getTracer("reelay-messaging")
    .startSpan(
      `send ${topic}`,
      { kind: SpanKind.PRODUCER, attributes: messageAttributes("send", topic, attributes["type"]) },
      parent,
    );
  const carried = { ...attributes };
  propagation.inject(trace.setSpan(parent, span), carried);
  try {
    await send(carried);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: String(error).slice(0, 1_000) });
    throw error;
  } finally {
    span.end();
  }
}
