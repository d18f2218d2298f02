import { context, DiagLogLevel, diag, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "pino";
import type { TracingSettings } from "./tracing.ts";

/** How long the last spans may take when a process stops: a collector that is away must not hold it. */
const lastSpansMs = 2_000;
/** For one batch, retries included. The library's 10 s would keep a stopping process alive for as long. */
const exportTimeoutMs = 3_000;

/**
 * Sets OpenTelemetry up for this process. Sampling, headers, batching and the like are told by OpenTelemetry's own variables, which its SDK
 * reads for itself. Disposing exports what is left and takes everything down again.
 */
export function exportSpans({ url, serviceName, delayMs }: TracingSettings, log: Logger): AsyncDisposable {
  const own = resourceFromAttributes({ "service.name": serviceName, "service.namespace": "reelay" });
  const provider = new BasicTracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs }),
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
        warn(`The last spans could not be exported within ${lastSpansMs} ms.`);
        resolve();
      }, lastSpansMs);
      await Promise.race([provider.shutdown().catch((error: unknown) => warn(String(error))), late]);
      clearTimeout(timer);
      trace.disable();
      context.disable();
      propagation.disable();
      diag.disable();
    },
  };
}
