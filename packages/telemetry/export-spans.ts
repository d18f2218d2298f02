import { context, DiagLogLevel, diag, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "pino";
import type { TracingSettings } from "./tracing.ts";

/** Time limit for the last spans when a process stops: an unavailable collector must not delay the stop. */
const LAST_SPANS_MS = 2_000;
/**
 * Time limit of one batch, retries included. The library's 10 s would keep a stopping process alive for as
 * long.
 */
const EXPORT_TIMEOUT_MS = 3_000;

/**
 * Sets up OpenTelemetry for this process. Its SDK reads sampling, headers, batching and the like from
 * OpenTelemetry's own variables. Disposing exports the remaining spans and shuts everything down.
 */
export function exportSpans({ url, serviceName, delayMs }: TracingSettings, log: Logger): AsyncDisposable {
  const own = resourceFromAttributes({ "service.name": serviceName, "service.namespace": "reelay" });
  const provider = new BasicTracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS }),
        delayMs === undefined ? {} : { scheduledDelayMillis: delayMs },
      ),
    ],
  });
  const warn = (reason: string) => log.warn({ reason }, "tracing.warned");
  const ignore = () => undefined;
  diag.setLogger(
    { error: warn, warn, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  log.info({ url: new URL(url).origin }, "tracing.started");
  return {
    async [Symbol.asyncDispose]() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        warn(`The last spans could not be exported within ${LAST_SPANS_MS} ms.`);
        resolve();
      }, LAST_SPANS_MS);
      await Promise.race([provider.shutdown().catch((error: unknown) => warn(String(error))), late]);
      clearTimeout(timer);
      trace.disable();
      context.disable();
      propagation.disable();
      diag.disable();
    },
  };
}
