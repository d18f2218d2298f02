import { MAX_MATERIALS_BYTES } from "@reelay/contracts";
import { docs, list, logEnvFields, optionalPort, pubsubEnvFields, storeEnvFields } from "@reelay/process";
import { tracingEnvFields } from "@reelay/telemetry";
import { z } from "zod";
import { secretKeys } from "../secrets/index.ts";

const text = z.string().min(1);
/** 0 and above, or `none`. */
const quota = z.union([z.literal("none").transform(() => null), z.coerce.number().int().min(0)], {
  error: "give a number, or none",
});

const MICROS = 1_000_000;

/** Micro-USD of an amount above 0, or `none`. */
const budget = z
  .union(
    [
      z.literal("none").transform(() => null),
      z.coerce
        .number()
        .min(1 / MICROS)
        .max(1e9)
        .transform((usd) => Math.round(usd * MICROS)),
    ],
    { error: "give US dollars above 0, or none; to stop a workspace, pause its queue" },
  )
  .default(null);

/**
 * The API's environment: each field with its check and its documentation. The published table is generated
 * from here.
 */
export const apiEnvFields = {
  HOST: text
    .default("0.0.0.0")
    .meta(docs({ default: "0.0.0.0", effect: "Address to listen on.", example: "127.0.0.1" })),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(4000)
    .meta(docs({ default: "4000", effect: "Port to listen on; 0 takes a free one.", example: "8080" })),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "give an http or https address" })
    .optional()
    .meta(
      docs({
        default: "http://localhost:PORT",
        effect: "Address at which clients reach this API: upload and media addresses begin with it.",
        example: "https://video.example.com",
      }),
    ),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "give a postgres:// address")
    .meta(
      docs({
        default: "none: must be set",
        effect: "The Postgres database. Migrations are applied at start.",
        example: "postgres://reelay:secret@db:5432/reelay",
        isSecret: true,
      }),
    ),
  SECRETS_KEY: secretKeys.meta(
    docs({
      default:
        "none: must be set (`npm start`: `secrets-key` in the data folder, created at the first start)",
      effect:
        "Encrypts stored secrets, such as those of webhooks: 32 random bytes in base64. Every API process has the same. Back it up apart from the database. Several keys, separated by commas, rotate it: the first encrypts, all decrypt. The word `none` stores secrets unencrypted.",
      example: "$(openssl rand -base64 32)",
      isSecret: true,
    }),
  ),
  ...pubsubEnvFields,
  ...storeEnvFields,
  STORE_DIRECTORY: text
    .optional()
    .meta(
      docs({ default: ".reelay/store", effect: "Folder of the local store.", example: "/srv/reelay/store" }),
    ),
  MEDIA_BASE_URL: z
    .url()
    .optional()
    .meta(
      docs({
        default: "the store's own address",
        effect: "Address below which players find the objects, e.g. a CDN's. Ends with a slash.",
        example: "https://cdn.example.com/",
      }),
    ),
  UPLOAD_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(20 * 1024 ** 3)
    .meta(
      docs({
        default: "21474836480",
        unit: "bytes",
        effect: "Largest upload that is taken.",
        example: "5368709120",
      }),
    ),
  UPLOAD_LEAST_PACE: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_024)
    .meta(
      docs({
        default: "1024",
        unit: "bytes per second",
        effect:
          "Slower uploads and forms, on average of 30 s, are closed: an upload keeps what arrived and can be resumed. 0 closes none.",
        example: "4096",
      }),
    ),
  UPLOAD_EXPIRY: z.coerce
    .number()
    .positive()
    .default(86_400)
    .meta(
      docs({
        default: "86400",
        unit: "seconds",
        effect: "How long an upload's address lives.",
        example: "3600",
      }),
    ),
  MATERIAL_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .max(MAX_MATERIALS_BYTES)
    .default(20 * 1024 ** 2)
    .meta(
      docs({
        default: "20971520",
        unit: "bytes",
        effect: "Largest font, picture or sound for scripts; at most 134217728.",
        example: "52428800",
      }),
    ),
  MATERIALS_PER_WORKSPACE: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000)
    .meta(
      docs({
        default: "1000",
        unit: "materials",
        effect: "Maximum number of materials of a workspace. More are refused with QUOTA_EXCEEDED.",
        example: "200",
      }),
    ),
  QUESTIONS: z
    .enum(["bank", "gemini"])
    .optional()
    .meta(
      docs({
        default: "gemini with GEMINI_API_KEY, else bank",
        effect:
          "What writes the questions of `generateQuestions`: `bank` deals from 200 built-in questions in English, offline; `gemini` asks Google's model and needs GEMINI_API_KEY.",
        example: "bank",
      }),
    ),
  GEMINI_API_KEY: text.optional().meta(
    docs({
      default: "none",
      effect: "Key of the Gemini API. Topics of questions are sent to Google if it is set.",
      example: "AIza...",
      isSecret: true,
    }),
  ),
  GEMINI_MODEL: text.default("gemini-3.7-flash").meta(
    docs({
      default: "gemini-3.7-flash",
      effect: "Model that writes questions.",
      example: "gemini-3.5-flash-lite",
    }),
  ),
  GEMINI_BASE_URL: z
    .url({ protocol: /^https?$/, error: "give an http or https address" })
    .optional()
    .meta(
      docs({
        default: "Google's",
        effect: "Address of the Gemini API, for a proxy.",
        example: "https://gemini-proxy.example.com",
      }),
    ),
  GEMINI_PRICES: z
    .string()
    .regex(/^\d+(\.\d+)?,\d+(\.\d+)?$/, "give two numbers, separated by a comma")
    .optional()
    .meta(
      docs({
        default: "none: costs are not shown",
        unit: "US dollars per million tokens",
        effect:
          "Prices of the model for input and output, from which the cost of a question set is computed.",
        example: "0.75,4.5",
      }),
    ),
  QUOTA_ACTIVE_JOBS: quota.default(10_000).meta(
    docs({
      default: "10000",
      unit: "jobs",
      effect:
        "Most jobs that a workspace may have waiting and running; more are refused with QUOTA_EXCEEDED and a time to come again. `none` for any number. A workspace's own number goes before it (`npm run quota`).",
      example: "500",
    }),
  ),
  QUOTA_RUNNING_TASKS: quota.default(null).meta(
    docs({
      default: "none",
      unit: "tasks",
      effect:
        "Most tasks that a workspace may have with workers at once; more wait. A workspace's own number goes before it (`npm run quota`).",
      example: "8",
    }),
  ),
  QUOTA_STORED_BYTES: quota.default(null).meta(
    docs({
      default: "none",
      unit: "bytes",
      effect:
        "Most bytes of sources and finished outputs that a workspace may store; more sources are refused with QUOTA_EXCEEDED. A workspace's own number goes before it (`setQuotas`, `npm run quota`).",
      example: "500000000000",
    }),
  ),
  QUOTA_SOURCE_MINUTES_PER_DAY: quota.default(null).meta(
    docs({
      default: "none",
      unit: "minutes",
      effect:
        "Most minutes of source that a workspace may have rendered from one midnight (UTC) to the next; more are refused with QUOTA_EXCEEDED. A workspace's own number goes before it.",
      example: "600",
    }),
  ),
  QUOTA_REQUESTS_PER_SECOND: quota.default(null).meta(
    docs({
      default: "none",
      unit: "requests per second",
      effect:
        "Most requests of one API key or token, per API process; five seconds' worth may come at once. More are refused with 429 and RATE_LIMITED. A workspace's own number goes before it.",
      example: "50",
    }),
  ),
  BUDGET_JOB: budget.meta(
    docs({
      default: "none",
      unit: "USD",
      effect:
        "Most that a job may cost by its estimate; others wait. A workspace's own budget goes before it (`setBudgets`).",
      example: "0.50",
    }),
  ),
  BUDGET_DAY: budget.meta(
    docs({
      default: "none",
      unit: "USD",
      effect:
        "Most that a workspace may spend between midnights (UTC). A workspace's own budget goes before it (`setBudgets`).",
      example: "20",
    }),
  ),
  BUDGET_MONTH: budget.meta(
    docs({
      default: "none",
      unit: "USD",
      effect:
        "Most that a workspace may spend in a calendar month (UTC). A workspace's own budget goes before it (`setBudgets`).",
      example: "300",
    }),
  ),
  BUDGET_HOUR: budget.meta(
    docs({
      default: "none",
      unit: "USD",
      effect: "Most that all workspaces may spend from one full hour to the next.",
      example: "5",
    }),
  ),
  SPLIT_ABOVE: z.coerce
    .number()
    .min(8)
    .max(86_400)
    .default(30)
    .meta(
      docs({
        default: "30",
        unit: "seconds",
        effect:
          "Videos that last longer are cut into tasks: a head that plays at once, and chunks that all free workers share. Shorter ones are one task.",
        example: "120",
      }),
    ),
  GPU_TASK_PATIENCE: z.coerce
    .number()
    .min(0)
    .default(60)
    .meta(
      docs({
        default: "60",
        unit: "seconds",
        effect:
          "How long a task for the pool `gpu` waits for a worker of it. After that it moves to the pool `cpu` if a worker of that pool is available. It moves immediately when the last worker with a GPU is gone; a video's first task also when all GPU workers are busy and another worker is free.",
        example: "10",
      }),
    ),
  BROKER_REALM: z
    .enum(["OWN", "CLOUD"])
    .default("OWN")
    .meta(
      docs({
        default: "OWN",
        effect:
          "Whose machines the workers of the broker run on. A workspace says which realms may read its sources (`updateWorkspace(input: { workerRealms })`). Workers of the gateway have the realm of their join token.",
        example: "CLOUD",
      }),
    ),
  SCRUB_PERIOD: z
    .union([z.literal("off").transform(() => null), z.coerce.number().positive().max(3_650)], {
      error: "give a number of days, or off",
    })
    .default(30)
    .meta(
      docs({
        default: "30",
        unit: "days",
        effect:
          "How often each finished video is compared with the checksums of what was made. Damage is shown, and mended from the source. `off` never looks.",
        example: "7",
      }),
    ),
  SCRUB_RATE: z.coerce
    .number()
    .positive()
    .default(4 * 1024 ** 2)
    .meta(
      docs({
        default: "4194304",
        unit: "bytes per second",
        effect:
          "Pace at which the scrub reads, for all API processes together. Cloud Storage keeps checksums of its own, so nothing is read there unless SCRUB_DEEP is set.",
        example: "33554432",
      }),
    ),
  SCRUB_DEEP: z
    .enum(["true", "false"])
    .default("false")
    .transform((word) => word === "true")
    .meta(
      docs({
        default: "false",
        effect: "Read and compare objects on Cloud Storage, too, instead of trusting its checksums.",
        example: "true",
      }),
    ),
  REPLACED_OUTPUT_KEPT: z.coerce
    .number()
    .min(60)
    .max(31_536_000)
    .default(86_400)
    .meta(
      docs({
        default: "86400",
        unit: "seconds",
        effect:
          "How long output stays in the store that a newer edition or a repair has replaced, for players that loaded the old playlists.",
        example: "7200",
      }),
    ),
  SPEECH_RETENTION: z.coerce
    .number()
    .min(2)
    .max(36_500)
    .default(30)
    .meta(
      docs({
        default: "30",
        unit: "days",
        effect:
          "How long a spoken text stays in the store that no video of its workspace uses. The same text in the same voice is spoken again after that.",
        example: "90",
      }),
    ),
  EVENT_RETENTION: z.coerce
    .number()
    .positive()
    .max(36_500)
    .default(30)
    .meta(
      docs({
        default: "30",
        unit: "days",
        effect:
          "How long the event log goes back. A receiver that was away for longer gets CURSOR_EXPIRED and starts again.",
        example: "90",
      }),
    ),
  FETCH_ALLOW_PRIVATE: list.default([]).meta(
    docs({
      default: "none",
      effect:
        "Hosts, addresses and CIDR ranges that URL sources may name although they are not on the public internet, or on a port other than 80, 443, 8080 and 8443, comma-separated. The worker has the last word by its own setting of this name.",
      example: "media.internal",
    }),
  ),
  WEBHOOK_ALLOW_PRIVATE: list.optional().meta(
    docs({
      default:
        "what FETCH_ALLOW_PRIVATE says; also localhost, 127.0.0.1 and ::1 with an `npm start` that only this machine reaches",
      effect:
        "Hosts, addresses and CIDR ranges that webhook endpoints may name although they are not on the public internet, or on a port other than 80, 443, 8080 and 8443, comma-separated; also by http.",
      example: "cms.internal",
    }),
  ),
  WEBHOOK_TIMEOUT: z.coerce
    .number()
    .min(1)
    .max(30)
    .default(20)
    .meta(
      docs({
        default: "20",
        unit: "seconds",
        effect: "How long a receiver of webhooks may take to answer; then it is tried again.",
        example: "15",
      }),
    ),
  WEBHOOK_RETENTION: z.coerce
    .number()
    .min(5)
    .max(36_500)
    .default(30)
    .meta(
      docs({
        default: "30",
        unit: "days",
        effect: "How long webhook deliveries are kept, to be looked at and sent again.",
        example: "90",
      }),
    ),
  CORS_ORIGINS: list.default(["*"]).meta(
    docs({
      default: "*",
      effect: "Origins whose pages may call the API, comma-separated.",
      example: "https://www.example.com",
    }),
  ),
  DRAIN_DELAY: z.coerce
    .number()
    .min(0)
    .max(300)
    .default(3)
    .meta(
      docs({
        default: "3 (`npm start`: 0)",
        unit: "seconds",
        effect:
          "How long a stopping process still serves while `/readyz` says 503, so that load balancers notice. It ends 5 s after that at the latest: give it that much time to stop.",
        example: "10",
      }),
    ),
  NODE_ENV: text.default("production").meta(
    docs({
      default: "production",
      effect: "With development: GraphiQL, and introspection and `/metrics` without an API key.",
      example: "development",
    }),
  ),
  METRICS_PORT: optionalPort.meta(
    docs({
      default: "none",
      effect:
        "Port at which `/metrics` answers without a key, on all addresses: for a network that strangers do not reach. On PORT it needs a key with the scope OPERATOR. 0 takes a free one.",
      example: "9464",
    }),
  ),
  COMPUTE_OFFERS: text.optional().meta(
    docs({
      default: "none: all machines are free",
      effect:
        "File that names the kinds of machines that run workers, what they cost, and how to choose among them ([prices](prices.md)).",
      example: "/etc/reelay/offers.json",
    }),
  ),
  COMPUTE_PRICES: text.optional().meta(
    docs({
      default: "none: the prices of the release",
      effect:
        "Folder with price files (`*.json`), which replace or add to those of the release. `npm run prices` checks them.",
      example: "/etc/reelay/prices",
    }),
  ),
  COMPUTE_LAUNCHES: text.optional().meta(
    docs({
      default: "none: no workers are rented",
      effect:
        "Where workers are rented, in which order, and how many: JSON, or a file with it ([launches](launches.md)). Every API process has the same.",
      example: "/etc/reelay/launches.json",
    }),
  ),
  ...logEnvFields,
  ...tracingEnvFields,
};
