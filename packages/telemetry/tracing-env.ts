import { z } from "zod";
import type { TracingSettings } from "./tracing.ts";

/** The OpenTelemetry variables that Reelay itself uses. The SDK reads more of them. */
export const tracingEnvFields = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional().meta({
    default: "none: no traces",
    effect:
      "Address for traces, by OTLP over HTTP (JSON). OpenTelemetry's other variables apply too: `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_*`.",
    example: "http://localhost:4318",
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url().optional().meta({
    default: "/v1/traces below OTEL_EXPORTER_OTLP_ENDPOINT",
    effect: "The complete address for traces, if it differs.",
    example: "http://localhost:4318/v1/traces",
  }),
  OTEL_SERVICE_NAME: z.string().min(1).optional().meta({
    default: "reelay-api, reelay-worker; reelay with `npm start`",
    effect: "Service name of this process in traces.",
    example: "video-api",
  }),
};

type Fields = z.infer<z.ZodObject<typeof tracingEnvFields>>;

/** Undefined: tracing is off. */
export function toTracingSettings(fields: Fields, serviceName: string): TracingSettings | undefined {
  const url = fields.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? below(fields.OTEL_EXPORTER_OTLP_ENDPOINT);
  return url === undefined ? undefined : { url, serviceName: fields.OTEL_SERVICE_NAME ?? serviceName };
}

const below = (endpoint: string | undefined): string | undefined =>
  endpoint === undefined ? undefined : `${endpoint.replace(/\/{1,8}$/, "")}/v1/traces`;
