import { type Context, context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";

/**
 * The active trace as W3C `traceparent`, stored with work that continues later. Null while tracing is off.
 */
export function activeTraceParent(): string | null {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier["traceparent"] ?? null;
}

/** A stored or received trace, as a parent for spans. */
export const traceFrom = (carrier: { traceparent?: string | null; tracestate?: string | null }): Context =>
  propagation.extract(ROOT_CONTEXT, carrier);
