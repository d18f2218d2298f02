import { z } from "zod";
import { docs } from "./field-docs.ts";

const text = z.string().min(1);

/** The broker's address. API and workers must agree on it. */
export const pubsubEnvFields = {
  PUBSUB_PROJECT_ID: text.default("reelay").meta(
    docs({
      default: "reelay",
      effect: "Google Cloud project of the Pub/Sub topics.",
      example: "acme-video",
    }),
  ),
  PUBSUB_EMULATOR_HOST: z
    .string()
    .regex(/^[^\s/]+:\d+$/, "give host:port")
    .optional()
    .meta(
      docs({
        default: "none: Google Pub/Sub",
        effect: "Address of an emulator, or of the broker of a running `npm start`.",
        example: "localhost:8085",
      }),
    ),
  PUBSUB_PREFIX: text.default("reelay-").meta(
    docs({
      default: "reelay-",
      effect: "Prefix of all topic and subscription names.",
      example: "staging-",
    }),
  ),
};

/**
 * The kind of store. API and workers must agree on it. Each has its own setting for the folder of a local
 * one.
 */
export const storeEnvFields = {
  STORE: z
    .enum(["local", "gcs"])
    .default("local")
    .meta(
      docs({
        default: "local",
        effect: "Where media is stored: a folder or Google Cloud Storage.",
        example: "gcs",
      }),
    ),
  GCS_BUCKET: text.optional().meta(
    docs({
      default: "none: must be set with STORE=gcs",
      effect: "Bucket for media.",
      example: "acme-video",
    }),
  ),
  GCS_API_ENDPOINT: z
    .url()
    .optional()
    .meta(
      docs({
        default: "Google's",
        effect: "Address of a Cloud Storage emulator.",
        example: "http://localhost:4443",
      }),
    ),
};

/** 0 selects a free port. */
export const optionalPort = z.coerce.number().int().min(0).max(65_535).optional();

export const logEnvFields = {
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info")
    .meta(docs({ default: "info", effect: "Lowest severity of log events to write.", example: "debug" })),
};

export const toPubSub = (
  fields: z.infer<z.ZodObject<typeof pubsubEnvFields>>,
): { projectId: string; emulatorHost?: string; prefix: string } => ({
  projectId: fields.PUBSUB_PROJECT_ID,
  prefix: fields.PUBSUB_PREFIX,
  ...(fields.PUBSUB_EMULATOR_HOST ? { emulatorHost: fields.PUBSUB_EMULATOR_HOST } : {}),
});

/** Undefined: the store is a folder. */
export function toGcsStore(
  fields: z.infer<z.ZodObject<typeof storeEnvFields>> & { MEDIA_BASE_URL?: string | undefined },
): { kind: "gcs"; bucket: string; apiEndpoint?: string; publicBaseUrl?: string } | undefined {
  const { STORE, GCS_BUCKET: bucket, GCS_API_ENDPOINT: apiEndpoint, MEDIA_BASE_URL: publicBaseUrl } = fields;
  if (STORE !== "gcs" || !bucket) return undefined;
  return {
    kind: "gcs",
    bucket,
    ...(apiEndpoint ? { apiEndpoint } : {}),
    ...(publicBaseUrl ? { publicBaseUrl } : {}),
  };
}
