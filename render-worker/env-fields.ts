import { animation, type KindName, kindDefinitions, pools } from "@reelay/contracts";
import { docs, list, logEnvFields, optionalPort, pubsubEnvFields, storeEnvFields } from "@reelay/process";
import { tracingEnvFields } from "@reelay/telemetry";
import { z } from "zod";
import { sandboxes } from "./jail/index.ts";
import { workerModes } from "./modes.ts";
import { speechEngines } from "./speech/index.ts";

const seconds = z.coerce.number().positive();
const count = z.coerce.number().int().positive();

/**
 * The worker's environment variables, each with its check and its documentation. The published table is
 * generated from them.
 */
export const workerEnvFields = {
  WORKER_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, "use letters, digits, dots, dashes and underscores")
    .optional()
    .meta(
      docs({
        default: "`worker-` and twelve random hexadecimal digits",
        effect:
          "Name of the worker in reports and logs; unique among all workers. Workspaces see it in `Attempt.workerId`, so choose one that reveals nothing about your machines.",
        example: "render-7",
      }),
    ),
  WORKER_SLOTS: count
    .max(64)
    .default(1)
    .meta(
      docs({
        default: "1",
        unit: "tasks",
        effect:
          "Number of concurrent tasks. One task keeps several cores busy, so more than one pays off from about eight cores on.",
        example: "2",
      }),
    ),
  WORKER_EXPRESS_SLOTS: z.coerce
    .number()
    .int()
    .min(0)
    .max(64)
    .default(2)
    .meta(
      docs({
        default: "2",
        unit: "tasks",
        effect:
          "Number of new videos that play early although all slots are taken: a copy of the source, or its first seconds. The encodes in the slots have a lower priority meanwhile. 0: new videos wait for a slot. None with WORKER_MODE=once, and on workers that join over HTTP.",
        example: "4",
      }),
    ),
  COMPUTE_OFFER: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "use lower-case letters, digits and hyphens")
    .optional()
    .meta(
      docs({
        default: "the first offer of its pool",
        effect:
          "Name of the offer in the API's COMPUTE_OFFERS whose machine this is: what its tasks cost ([prices](prices.md)).",
        example: "spot",
      }),
    ),
  WORKER_MEMORY_BYTES: count.optional().meta(
    docs({
      default: "the limit of its cgroup, else the machine's memory",
      unit: "bytes",
      effect:
        "Memory for a worker and its ffmpeg processes; only values below the default take effect. A task that does not fit beside the others waits. One that never fits runs with fewer threads, then in several passes, or moves to a larger worker.",
      example: "4294967296",
    }),
  ),
  WORKER_POOLS: list
    .pipe(z.array(z.enum(pools)).min(1))
    .optional()
    .meta(
      docs({
        default: "gpu,cpu if an encoder or decoder works on a device, else cpu",
        effect: "Pools whose tasks are accepted, comma-separated.",
        example: "gpu",
      }),
    ),
  WORKER_KINDS: list
    .pipe(z.array(z.enum(Object.keys(kindDefinitions) as [KindName, ...KindName[]])).min(1))
    .optional()
    .meta(
      docs({
        default: "every kind whose tools it has",
        effect:
          "Kinds of tasks that are accepted, comma-separated. `ANIMATION` alone makes a worker for scripts, with an identity and machines of its own; the others then leave it out.",
        example: animation.name,
      }),
    ),
  NVENC_SESSIONS: count.default(8).meta(
    docs({
      default: "8",
      unit: "sessions",
      effect:
        "Maximum number of concurrent encodes per NVIDIA GPU; software encodes the others. GeForce drivers since 2024 allow 8 for all such cards of a machine together; professional cards are limited only by their speed.",
      example: "24",
    }),
  ),
  WORKER_JOIN_TOKEN: z
    .string()
    .regex(/^rj_[\w-]{20,100}$/, "give a token of the mutation createJoinToken")
    .optional()
    .meta(
      docs({
        default: "none: the worker uses the broker and the store",
        effect:
          "A token with which the worker joins over HTTP, at `WORKER_API_URL`. It works once. The worker then needs no other setting: tasks, reports and objects go through the API, which also names it.",
        example: "rj_k3J9sQ0xVb7nYt2LwE5aHg",
        isSecret: true,
      }),
    ),
  WORKER_API_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(
      docs({
        default: "PUBLIC_URL",
        effect: "Address of the API, for `WORKER_JOIN_TOKEN`.",
        example: "https://video.acme.test",
      }),
    ),
  WORKER_MODE: z
    .enum(workerModes)
    .default("serve")
    .meta(
      docs({
        default: "serve",
        effect:
          "How long the worker runs. `serve`: until it is stopped. `drain`: until no task came for `WORKER_IDLE_EXIT`. `once`: one task. The operand of `npm run worker`.",
        example: "drain",
      }),
    ),
  WORKER_IDLE_EXIT: z.coerce
    .number()
    .min(0)
    .max(86_400)
    .default(20)
    .meta(
      docs({
        default: "20",
        unit: "seconds",
        effect: "In the mode `drain`: how long the worker waits for a task before it exits with 0.",
        example: "60",
      }),
    ),
  WORKER_MAX_LIFE: seconds
    .max(14 * 86_400)
    .optional()
    .meta(
      docs({
        default: "unlimited",
        unit: "seconds",
        effect:
          "How long the machine lives, counted from the start of the process. The worker receives no task that is likely to last longer, returns what still runs then, and exits with 0. Set it where a provider ends machines.",
        example: "3600",
      }),
    ),
  WORKER_NOTICE: z
    .enum(["signal", "compute-engine"])
    .default("signal")
    .meta(
      docs({
        default: "signal",
        effect:
          "How the machine announces its end. `signal`: by SIGTERM. `compute-engine`: also by Google's metadata server, which announces preemption and maintenance. The worker then stops as after SIGTERM.",
        example: "compute-engine",
      }),
    ),
  GCE_METADATA_HOST: z
    .string()
    .regex(/^[\w.-]+(:\d+)?$/, "give a host, with a port if needed")
    .optional()
    .meta(
      docs({
        default: "metadata.google.internal",
        effect: "Host of Google's metadata server, for `WORKER_NOTICE=compute-engine`.",
        example: "169.254.169.254",
      }),
    ),
  SHUTDOWN_GRACE: z.coerce
    .number()
    .min(0)
    .default(0)
    .meta(
      docs({
        default: "0",
        unit: "seconds",
        effect:
          "Time that running tasks have to finish after the worker receives a stop signal. Unfinished tasks then return to the queue, without using a try, and another worker resumes them. The process exits at most 10 s later; let your supervisor wait that long.",
        example: "600",
      }),
    ),
  FFMPEG_PATH: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "the system's ffmpeg, else the one in an npm package",
        effect: "Path of ffmpeg.",
        example: "/usr/local/bin/ffmpeg",
      }),
    ),
  FFPROBE_PATH: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "the system's ffprobe, else the one in an npm package",
        effect: "Path of ffprobe.",
        example: "/usr/local/bin/ffprobe",
      }),
    ),
  MANIM_PYTHON: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "the one that `npm run painters` installs",
        effect:
          "Python with Manim, which draws animations. Other users must be able to read its environment, because a worker that is root runs scripts as another user.",
        example: "/opt/manim/bin/python",
      }),
    ),
  FFMPEG_TRIALS_DIR: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "none: trials run at every start",
        effect:
          "Folder in which workers record the results of ffmpeg's trials: working encoders and their speed. Workers of the same machine then start one to two seconds faster, until the program, the jail or the kernel changes. Not used on machines with a GPU. Only workers may write to it.",
        example: "/var/cache/reelay",
      }),
    ),
  SANDBOX: z
    .enum(sandboxes)
    .default("auto")
    .meta(
      docs({
        default: "auto",
        effect:
          "Isolation of ffmpeg and ffprobe. `auto`: the strongest jail that passes a trial at the start. `required`: the worker starts only with the full jail (bubblewrap). `limited`: it starts only with at least Landlock. `off`: no jail.",
        example: "required",
      }),
    ),
  WORK_DIR: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "reelay-worker in the system's temporary folder",
        effect:
          "Folder for temporary files: a few segments per variant, and sources while they are downloaded. Use the disk of a local store to avoid copies.",
        example: "/var/tmp/reelay",
      }),
    ),
  MAX_UNSENT_BYTES: count.default(256 * 1024 ** 2).meta(
    docs({
      default: "268435456",
      unit: "bytes",
      effect:
        "Maximum size of a task's finished segments that wait on the temporary disk for the store. Beyond it ffmpeg pauses until half of them are stored.",
      example: "1073741824",
    }),
  ),
  SOURCE_CACHE_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(1024 ** 3)
    .meta(
      docs({
        default: "1073741824",
        unit: "bytes",
        effect:
          "Size of the cache below WORK_DIR for sources from a remote store, so that the tasks of one video read it once. 0 disables it. One GiB of the disk always stays free.",
        example: "8589934592",
      }),
    ),
  MAX_SOURCE_BYTES: count.default(20 * 1024 ** 3).meta(
    docs({
      default: "21474836480",
      unit: "bytes",
      effect: "Maximum size of a source.",
      example: "5368709120",
    }),
  ),
  MAX_SOURCE_DURATION: seconds
    .default(6 * 3600)
    .meta(
      docs({ default: "21600", unit: "seconds", effect: "Maximum length of a source.", example: "7200" }),
    ),
  SOURCE_DECODERS: z
    .enum(["common", "all"])
    .default("common")
    .meta(
      docs({
        default: "common",
        effect:
          "Containers and codecs that a source may have. common: what cameras, phones, editors and browsers write. all: adds some 200 rare ones, each of which is more code for a hostile file to attack, so a worker accepts this only with the full jail.",
        example: "all",
      }),
    ),
  MAX_SOURCE_PIXELS: count.default(36_000_000).meta(
    docs({
      default: "36000000",
      unit: "pixels",
      effect: "Maximum frame size. The default allows 8K (7680x4320) with its padding.",
      example: "9000000",
    }),
  ),
  SCRIPT_TIMEOUT: seconds
    .max(3600)
    .default(300)
    .meta(
      docs({
        default: "300",
        unit: "seconds",
        effect:
          "Maximum CPU time of an animation's script and all its processes, at most an hour. A script that exceeds it, or that a worker awaits for ten times as long, fails with `SCRIPT_TIME`.",
        example: "900",
      }),
    ),
  SCRIPT_MEMORY_BYTES: count.default(4 * 1024 ** 3).meta(
    docs({
      default: "4294967296",
      unit: "bytes",
      effect: "Maximum memory of an animation's script. A script that exceeds it fails with `SCRIPT_MEMORY`.",
      example: "2147483648",
    }),
  ),
  SPEECH: z
    .enum(speechEngines)
    .optional()
    .meta(
      docs({
        default: "`flite`, and the voices of `piper` before them if `npm run painters` has installed it",
        effect:
          "Engine that speaks the texts of videos. `flite`: four English voices in the worker, offline. `piper`: neural voices, offline. `google`: Google Cloud Text-to-Speech, which charges by the character; texts leave this machine.",
        example: "google",
      }),
    ),
  PIPER_PYTHON: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "the environment of `npm run painters`",
        effect: "Path of a Python with `piper-tts`, which speaks the texts of videos.",
        example: "/opt/piper/bin/python",
      }),
    ),
  PIPER_VOICES: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "none: the English voice of `npm run painters`",
        effect:
          "Folder with more voices of Piper, as pairs of files `NAME.onnx` and `NAME.onnx.json`. Voices are programs of a kind: use those that you trust.",
        example: "/var/lib/piper-voices",
      }),
    ),
  GOOGLE_SPEECH_API_KEY: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "none: the application default credentials of the machine",
        effect:
          "API key for Google Cloud Text-to-Speech, with `SPEECH=google`. Restrict the key to this API.",
        example: "AIza...",
      }),
    ),
  GOOGLE_SPEECH_ENDPOINT: z
    .url()
    .optional()
    .meta(
      docs({
        default: "https://texttospeech.googleapis.com",
        effect:
          "Address of Google Cloud Text-to-Speech, with `SPEECH=google`. Regional ones keep texts in their region.",
        example: "https://eu-texttospeech.googleapis.com",
      }),
    ),
  FETCH_TIMEOUT: seconds.default(3600).meta(
    docs({
      default: "3600",
      unit: "seconds",
      effect: "Time limit for downloading a source from a URL.",
      example: "600",
    }),
  ),
  FETCH_ALLOW_PRIVATE: list.default([]).meta(
    docs({
      default: "none",
      effect:
        "Hosts, addresses and CIDR ranges from which sources may be downloaded although they are not on the public internet, or use another port than 80, 443, 8080 and 8443; comma-separated.",
      example: "media.internal,10.20.0.0/16",
    }),
  ),
  ...pubsubEnvFields,
  ...storeEnvFields,
  STORE_DIRECTORY: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "store in REELAY_DATA_DIR",
        effect: "Folder of the local store.",
        example: "/srv/reelay/store",
      }),
    ),
  PUBLIC_URL: z
    .url()
    .default("http://localhost:4000")
    .meta(
      docs({
        default: "http://localhost:4000",
        effect: "Address of the API for viewers.",
        example: "https://video.acme.test",
      }),
    ),
  MEDIA_BASE_URL: z
    .url()
    .optional()
    .meta(
      docs({
        default: "/media/ below PUBLIC_URL; with STORE=gcs the bucket's own address",
        effect: "Address at which players find the store's objects, e.g. a CDN.",
        example: "https://cdn.acme.test/",
      }),
    ),
  REELAY_DATA_DIR: z
    .string()
    .min(1)
    .default(".reelay")
    .meta(
      docs({
        default: ".reelay",
        effect:
          "Data folder of `npm start`. A worker without other settings joins the system that runs there.",
        example: "/srv/reelay",
      }),
    ),
  ...logEnvFields,
  METRICS_PORT: optionalPort.meta(
    docs({
      default: "none: it does not listen",
      effect:
        "Port of `/healthz`, `/readyz` and `/metrics`, on all addresses. Cloud Run requires a response on its port (8080). 0 chooses a free one. Ignored by `npm start`, whose worker runs in the API's process.",
      example: "9464",
    }),
  ),
  ...tracingEnvFields,
} as const;
