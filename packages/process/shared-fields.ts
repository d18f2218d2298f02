import { z } from "zod";
import { docs } from "./field-docs.ts";

const text = z.string().min(1);

/** Where the broker is; API and workers must agree. */
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
      effect: "Begins the names of all topics and subscriptions.",
      example: "staging-",
    }),
  ),
};

/** Which store it is; API and workers must agree. Where a local one lies each says for itself. */
export const storeEnvFields = {
  STORE: z
    .enum(["local", "gcs"])
    .default("local")
    .meta(
      docs({
        default: "local",
        effect: "Where media lives: a folder, or Google Cloud Storage.",
        example: "gcs",
      }),
    ),
  GCS_BUCKET: text.optional().meta(
    docs({
      default: "none: must be set with STORE=gcs",
      effect: "Bucket of the media.",
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

/** 0 takes a free one. */
export const optionalPort = z.coerce.number().int().min(0).max(65_535).optional();

export const logEnvFields = {
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info")
    .meta(docs({ default: "info", effect: "Least severe log events that are written.", example: "debug" })),
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
