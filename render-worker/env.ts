import { randomBytes } from "node:crypto";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Environment, readFields, toGcsStore, toPubSub } from "@reelay/process";
import { type TracingSettings, toTracingSettings } from "@reelay/telemetry";
import type { z } from "zod";
import type { WorkerConfig } from "./config.ts";
import { workerEnvFields } from "./env-fields.ts";
import type { LifePlan } from "./host/index.ts";
import type { JailOptions } from "./jail/index.ts";
import type { FindOptions } from "./media/tools/index.ts";
import type { FindPainterOptions } from "./painters/index.ts";
import type { SpeechOptions } from "./speech/index.ts";

export { workerEnvFields } from "./env-fields.ts";

/** The settings of a worker process. */
export interface WorkerEnv {
  worker: WorkerConfig;
  tools: FindOptions;
  painter: FindPainterOptions;
  jail: JailOptions;
  pubsub: { projectId: string; emulatorHost?: string; prefix: string };
  store:
    | { kind: "local"; directory: string; publicBaseUrl: string }
    | { kind: "gcs"; bucket: string; apiEndpoint?: string; publicBaseUrl?: string };
  logLevel: string;
  /** Absent: no tracing. */
  tracing?: TracingSettings;
  /** The worker joins over HTTP. Absent: it uses the broker and the store. */
  join?: { apiUrl: string; joinToken: string };
  /** Absent: only signals announce the machine's end. */
  computeEngine?: { host?: string | undefined };
  /** Port of `/healthz`, `/readyz` and `/metrics`. Absent: none. */
  metricsPort?: number;
}

export type WorkerEnvResult = { ok: true; env: WorkerEnv } | { ok: false; errors: string[] };

/** The process's environment; read only here. */
export const processEnvironment: Environment = process.env;

type Fields = z.infer<z.ZodObject<typeof workerEnvFields>>;

/**
 * Reads the environment. Pure. Reports all problems at once, one sentence each. An empty value counts as
 * absent.
 *
 * @param now when the process started, from which its life is counted
 */
export function readWorkerEnv(environment: Environment, now = new Date()): WorkerEnvResult {
  const read = readFields(workerEnvFields, environment);
  if (!read.ok) return read;
  return { ok: true, env: toEnv(read.fields, environment, now) };
}

function toEnv(fields: Fields, environment: Environment, now: Date): WorkerEnv {
  const host = hostname();
  const workDirectory = resolve(fields.WORK_DIR ?? join(tmpdir(), "reelay-worker"));
  const store = toStore(fields);
  const tracing = toTracingSettings(fields, "reelay-worker");
  return {
    worker: {
      workerId:
        // Workspaces see this name with their attempts, so it must not reveal the machine's.
        fields.WORKER_ID ?? `worker-${randomBytes(6).toString("hex")}`,
      hostname: host,
      version: "0.1.0",
      ...(fields.WORKER_POOLS && { pools: fields.WORKER_POOLS }),
      ...(fields.WORKER_KINDS && { kinds: fields.WORKER_KINDS }),
      nvencSessions: fields.NVENC_SESSIONS,
      slots: fields.WORKER_MODE === "once" ? 1 : fields.WORKER_SLOTS,
      expressSlots: fields.WORKER_MODE === "once" ? 0 : fields.WORKER_EXPRESS_SLOTS,
      life: toLife(fields, now),
      ...(fields.COMPUTE_OFFER && { computeOffer: fields.COMPUTE_OFFER }),
      ...(fields.WORKER_MEMORY_BYTES !== undefined && { memoryBytes: fields.WORKER_MEMORY_BYTES }),
      workDirectory,
      limits: {
        sourceBytes: fields.MAX_SOURCE_BYTES,
        sourceDurationMs: fields.MAX_SOURCE_DURATION * 1000,
        sourcePixels: fields.MAX_SOURCE_PIXELS,
        decoders: fields.SOURCE_DECODERS === "all" ? "ALL" : "COMMON",
      },
      script: {
        cpuSeconds: fields.SCRIPT_TIMEOUT,
        memoryBytes: fields.SCRIPT_MEMORY_BYTES,
        silenceMs: 60_000,
      },
      speech: toSpeech(fields),
      fetch: { timeoutMs: fields.FETCH_TIMEOUT * 1000, allowPrivate: fields.FETCH_ALLOW_PRIVATE },
      unsentBytes: fields.MAX_UNSENT_BYTES,
      sourceCacheBytes: fields.SOURCE_CACHE_BYTES,
      heartbeatMs: 5_000,
      progressMs: 500,
      stallTimeoutMs: 120_000,
      shutdownGraceMs: fields.SHUTDOWN_GRACE * 1000,
    },
    tools: {
      ffmpegPath: fields.FFMPEG_PATH,
      ffprobePath: fields.FFPROBE_PATH,
      trialsDirectory: fields.FFMPEG_TRIALS_DIR,
      path: environment["PATH"] ?? "",
    },
    painter: { manimPython: fields.MANIM_PYTHON, path: environment["PATH"] ?? "" },
    jail: {
      opensRareFormats: fields.SOURCE_DECODERS === "all",
      sandbox: fields.SANDBOX,
      path: environment["PATH"] ?? "",
      folders: [
        workDirectory,
        ...(store.kind === "local" && fields.WORKER_JOIN_TOKEN === undefined ? [store.directory] : []),
      ],
    },
    pubsub: toPubSub(fields),
    store,
    logLevel: fields.LOG_LEVEL,
    ...(fields.WORKER_JOIN_TOKEN !== undefined && {
      join: {
        joinToken: fields.WORKER_JOIN_TOKEN,
        apiUrl: fields.WORKER_API_URL ?? fields.PUBLIC_URL,
      },
    }),
    ...(fields.WORKER_NOTICE === "compute-engine" && { computeEngine: { host: fields.GCE_METADATA_HOST } }),
    ...(tracing && { tracing }),
    ...(fields.METRICS_PORT !== undefined && { metricsPort: fields.METRICS_PORT }),
  };
}

const toLife = ({ WORKER_MODE, WORKER_IDLE_EXIT, WORKER_MAX_LIFE }: Fields, now: Date): LifePlan => ({
  mode: WORKER_MODE,
  idleExitMs: WORKER_IDLE_EXIT * 1000,
  deadlineAt: WORKER_MAX_LIFE === undefined ? null : new Date(now.getTime() + WORKER_MAX_LIFE * 1000),
});

function toSpeech({ SPEECH, ...fields }: Fields): SpeechOptions {
  const { GOOGLE_SPEECH_ENDPOINT, GOOGLE_SPEECH_API_KEY, PIPER_PYTHON, PIPER_VOICES } = fields;
  if (SPEECH === "google")
    return { engine: SPEECH, endpoint: GOOGLE_SPEECH_ENDPOINT, apiKey: GOOGLE_SPEECH_API_KEY };
  if (SPEECH === "flite") return { engine: SPEECH };
  return { engine: SPEECH ?? null, piperPython: PIPER_PYTHON, piperVoices: PIPER_VOICES };
}

function toStore(fields: Fields): WorkerEnv["store"] {
  const gcs = toGcsStore(fields);
  if (gcs) return gcs;
  return {
    kind: "local",
    directory: resolve(fields.STORE_DIRECTORY ?? join(fields.REELAY_DATA_DIR, "store")),
    publicBaseUrl: fields.MEDIA_BASE_URL ?? new URL("/media/", fields.PUBLIC_URL).href,
  };
}
