import { type Context, context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";

/** The active trace as W3C `traceparent`, to be kept with what goes on later; null while nothing is traced. */
export function activeTraceParent(): string | null {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier["traceparent"] ?? null;
}

/** A trace that was kept or sent along, as a parent for spans. */
export const traceFrom = (carrier: { traceparent?: string | null; tracestate?: string | null }): Context =>
  propagation.extract(ROOT_CONTEXT, carrier);
