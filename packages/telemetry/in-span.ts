import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";

export interface SpanOptions {
  /** Default `INTERNAL`. */
  kind?: SpanKind;
  attributes?: Attributes;
  /** Default: the active context. */
  parent?: Context;
}

/**
 * Runs `work` inside an active span that ends with it. An exception marks the span as failed and propagates.
 * Costs almost nothing while tracing is off.
 */
export async function inSpan<T>(
  scope: string,
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {}, parent = context.active() }: SpanOptions,
  work: (span: Span) => T | Promise<T>,
): Promise<T> {
  const span = trace.getTracer(scope).startSpan(name, { kind, attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    const { name: type, message } = error instanceof Error ? error : new Error(String(error));
    span.setAttribute("error.type", type);
    span.setStatus({ code: SpanStatusCode.ERROR, message: message.slice(0, 1_000) });
    throw error;
  } finally {
    span.end();
  }
}
