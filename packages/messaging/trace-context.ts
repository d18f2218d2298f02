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

/** The attributes with the active trace in them (W3C `traceparent`), or as they were while nothing is traced. */
export function withActiveTrace(attributes: Attributes): Attributes {
  const carried = { ...attributes };
  propagation.inject(context.active(), carried);
  return carried;
}

/** The trace that a message came with, as a parent for spans. */
export const traceOf = ({ attributes = {} }: Pick<Delivery, "attributes">): Context =>
  propagation.extract(ROOT_CONTEXT, attributes);

/** Attributes of a span about a message, by OpenTelemetry's semantic conventions for Pub/Sub. */
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
 * Sends a message that was decided on earlier, in the trace that its attributes name: a producer span joins what decided on it to
 * whoever receives it. One without a trace is sent as it is.
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
