import { resolve } from "node:path";
import { type Environment, readFields, toGcsStore, toPubSub } from "@reelay/process";
import { type TracingSettings, toTracingSettings } from "@reelay/telemetry";
import type { z } from "zod";
import type { QuestionSettings } from "../questions/index.ts";
import { apiEnvFields } from "./env-fields.ts";

/** The configuration of an API process. */
export interface ApiEnv {
  host: string;
  port: number;
  /** Without a slash at the end. */
  publicUrl: string;
  databaseUrl: string;
  /** The first encrypts stored secrets, all decrypt; none: secrets are stored as they are. */
  secretKeys: readonly Uint8Array[];
  isDevelopment: boolean;
  /** Where `/metrics` answers without a key. Absent: nowhere. */
  metricsPort?: number;
  corsOrigins: string[];
  logLevel: string;
  /** Absent: nothing is traced. */
  tracing?: TracingSettings;
  pubsub: { projectId: string; emulatorHost?: string; prefix: string };
  store:
    | { kind: "local"; directory: string; publicBaseUrl: string }
    | { kind: "gcs"; bucket: string; apiEndpoint?: string; publicBaseUrl?: string };
  uploads: { maxBytes: number; expiryMs: number; leastPace?: number };
  /** For scripts. Default: 20 MiB each, and 1,000 per workspace. */
  materials?: { maxBytes: number; perWorkspace: number };
  /** Default: the built-in bank. */
  questions?: QuestionSettings;
  eventRetentionMs: number;
  /** How long output stays that a repair or an edition replaced. Default a day. */
  replacedKeptMs?: number;
  /** How long a spoken text is kept that no video uses. Default 30 days. */
  speechKeptMs?: number;
  /** Absent: stored objects are not looked at. */
  scrub?: { periodMs: number; bytesPerSecond: number; isDeep: boolean };
  /** Default: a request may take 20 s, and deliveries are kept for 30 days. */
  webhooks?: {
    timeoutMs: number;
    retentionMs: number;
    /** Hosts that endpoints may name although they are private. Default: as URL sources. */
    allowPrivate?: string[];
  };
  /** Hosts that URL sources may name although they are private. */
  allowPrivateUrls: string[];
  /** How long a task waits for a worker with a GPU before it goes to the others. Default 60,000. */
  gpuPatienceMs?: number;
  /** Whose machines the workers of the broker run on. Default: OWN. */
  brokerRealm?: "OWN" | "CLOUD";
  /** What each workspace may have, unless it says otherwise; null for any number. */
  quotas: {
    activeJobs: number | null;
    runningTasks: number | null;
    storedBytes?: number | null;
    sourceMinutesPerDay?: number | null;
    requestsPerSecond?: number | null;
  };
  /** What jobs may cost, in micro-USD. Default: unlimited. */
  budgets?: {
    jobMicros: number | null;
    dayMicros: number | null;
    monthMicros: number | null;
    hourMicros: number | null;
  };
  split: { wholeUpToMs: number };
  /** What machines cost. Default: nothing. */
  prices?: { offersFile?: string | undefined; pricesFolder?: string | undefined };
  /**
   * `COMPUTE_LAUNCHES`, and the environment in which back ends find the secrets that it names. Default: no
   * workers are rented.
   */
  launches?: { settings: string; environment: Environment };
  /** How long a stopping process still serves while it says that it is not ready. Default 0. */
  drainMs?: number;
}

type ApiEnvResult = { ok: true; env: ApiEnv } | { ok: false; errors: string[] };

/** The process's own environment: nothing else of the API reads it. */
export const processEnvironment: Environment = process.env;

type Fields = z.infer<z.ZodObject<typeof apiEnvFields>>;

/**
 * Environment to configuration: pure. All that is wrong is said at once, each in a sentence. An empty value
 * counts as none.
 */
export function readApiEnv(environment: Environment): ApiEnvResult {
  const read = readFields(apiEnvFields, environment);
  if (!read.ok) return read;
  if (read.fields.QUESTIONS === "gemini" && read.fields.GEMINI_API_KEY === undefined)
    return {
      ok: false,
      errors: [
        "GEMINI_API_KEY is not set, but QUESTIONS=gemini requires it: set it, or QUESTIONS=bank for the built-in questions.",
      ],
    };
  return { ok: true, env: toEnv(read.fields, environment) };
}

function toEnv(fields: Fields, environment: Environment): ApiEnv {
  const tracing = toTracingSettings(fields, "reelay-api");
  const publicUrl = (fields.PUBLIC_URL ?? `http://localhost:${fields.PORT}`).replace(/\/{1,8}$/, "");
  return {
    host: fields.HOST,
    port: fields.PORT,
    publicUrl,
    databaseUrl: fields.DATABASE_URL,
    secretKeys: fields.SECRETS_KEY,
    isDevelopment: fields.NODE_ENV === "development",
    corsOrigins: fields.CORS_ORIGINS,
    logLevel: fields.LOG_LEVEL,
    pubsub: toPubSub(fields),
    store: toStore(fields, publicUrl),
    uploads: {
      maxBytes: fields.UPLOAD_MAX_BYTES,
      expiryMs: fields.UPLOAD_EXPIRY * 1000,
      leastPace: fields.UPLOAD_LEAST_PACE,
    },
    materials: { maxBytes: fields.MATERIAL_MAX_BYTES, perWorkspace: fields.MATERIALS_PER_WORKSPACE },
    questions: toQuestions(fields),
    eventRetentionMs: fields.EVENT_RETENTION * 86_400_000,
    replacedKeptMs: fields.REPLACED_OUTPUT_KEPT * 1000,
    speechKeptMs: fields.SPEECH_RETENTION * 86_400_000,
    ...(fields.SCRUB_PERIOD !== null && {
      scrub: {
        periodMs: fields.SCRUB_PERIOD * 86_400_000,
        bytesPerSecond: fields.SCRUB_RATE,
        isDeep: fields.SCRUB_DEEP,
      },
    }),
    webhooks: {
      timeoutMs: fields.WEBHOOK_TIMEOUT * 1_000,
      retentionMs: fields.WEBHOOK_RETENTION * 86_400_000,
      allowPrivate: fields.WEBHOOK_ALLOW_PRIVATE ?? fields.FETCH_ALLOW_PRIVATE,
    },
    allowPrivateUrls: fields.FETCH_ALLOW_PRIVATE,
    split: { wholeUpToMs: Math.round(fields.SPLIT_ABOVE * 1000) },
    gpuPatienceMs: fields.GPU_TASK_PATIENCE * 1000,
    budgets: {
      jobMicros: fields.BUDGET_JOB,
      dayMicros: fields.BUDGET_DAY,
      monthMicros: fields.BUDGET_MONTH,
      hourMicros: fields.BUDGET_HOUR,
    },
    brokerRealm: fields.BROKER_REALM,
    prices: { offersFile: fields.COMPUTE_OFFERS, pricesFolder: fields.COMPUTE_PRICES },
    ...(fields.COMPUTE_LAUNCHES !== undefined && {
      launches: { settings: fields.COMPUTE_LAUNCHES, environment },
    }),
    quotas: {
      activeJobs: fields.QUOTA_ACTIVE_JOBS,
      runningTasks: fields.QUOTA_RUNNING_TASKS,
      storedBytes: fields.QUOTA_STORED_BYTES,
      sourceMinutesPerDay: fields.QUOTA_SOURCE_MINUTES_PER_DAY,
      requestsPerSecond: fields.QUOTA_REQUESTS_PER_SECOND,
    },
    ...(fields.METRICS_PORT !== undefined && { metricsPort: fields.METRICS_PORT }),
    ...(tracing && { tracing }),
    drainMs: fields.DRAIN_DELAY * 1_000,
  };
}

function toStore(fields: Fields, publicUrl: string): ApiEnv["store"] {
  const gcs = toGcsStore(fields);
  if (gcs) return gcs;
  return {
    kind: "local",
    directory: resolve(fields.STORE_DIRECTORY ?? ".reelay/store"),
    publicBaseUrl: fields.MEDIA_BASE_URL ?? `${publicUrl}/media/`,
  };
}

function toQuestions(fields: Fields): QuestionSettings {
  const { QUESTIONS, GEMINI_API_KEY: apiKey, GEMINI_MODEL: model, GEMINI_BASE_URL: baseUrl } = fields;
  if (apiKey === undefined || QUESTIONS === "bank") return { kind: "bank" };
  const [input, output] = fields.GEMINI_PRICES?.split(",").map(Number) ?? [];
  return {
    ...{ kind: "gemini", apiKey, model },
    ...(baseUrl !== undefined && { baseUrl }),
    ...(input !== undefined && output !== undefined && { prices: { input, output } }),
  };
}
