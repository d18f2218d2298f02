import { pools } from "@reelay/contracts";
import { docs, list, logEnvFields, optionalPort, pubsubEnvFields, storeEnvFields } from "@reelay/process";
import { tracingEnvFields } from "@reelay/telemetry";
import { z } from "zod";
import { sandboxes } from "./jail/index.ts";

const seconds = z.coerce.number().positive();
const count = z.coerce.number().int().positive();

/** The worker's environment: each field with its check and its documentation. The published table is generated from here. */
export const workerEnvFields = {
  WORKER_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, "use letters, digits, dots, dashes and underscores")
    .optional()
    .meta(
      docs({
        default: "`worker-` and twelve random digits",
        effect:
          "Name of the worker in reports and logs; unique among all workers. Workspaces see it in `Attempt.workerId`: choose one that says nothing about your machines.",
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
          "Tasks done at once. One task keeps several cores busy: more than one is worth it from about eight cores on.",
        example: "2",
      }),
    ),
  WORKER_MEMORY_BYTES: count.optional().meta(
    docs({
      default: "the limit of its cgroup, else the machine's memory",
      unit: "bytes",
      effect:
        "Memory that a worker and its ffmpeg processes may use together; only what is less than the default counts. A task for which too little is left waits for others to end; one that never fits is made with fewer threads, then in several passes, and else goes to a larger worker.",
      example: "4294967296",
    }),
  ),
  WORKER_POOLS: list
    .pipe(z.array(z.enum(pools)).min(1))
    .optional()
    .meta(
      docs({
        default: "gpu,cpu where an encoder or decoder on a device works, else cpu",
        effect: "Pools whose tasks are taken, comma-separated.",
        example: "gpu",
      }),
    ),
  NVENC_SESSIONS: count.default(8).meta(
    docs({
      default: "8",
      unit: "sessions",
      effect:
        "Variants that one NVIDIA GPU encodes at once; what is beyond is made in software. GeForce drivers since 2024 allow 8, for all such cards of a machine together; professional cards have no limit but their speed.",
      example: "24",
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
        effect: "The ffmpeg to run.",
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
        effect: "The ffprobe to run.",
        example: "/usr/local/bin/ffprobe",
      }),
    ),
  FFMPEG_TRIALS_DIR: z
    .string()
    .min(1)
    .optional()
    .meta(
      docs({
        default: "none: every start runs the trials",
        effect:
          "Folder where workers record what trials of ffmpeg showed: which encoders open, and how fast. Workers of the same machine then start one to two seconds sooner, until the program, the jail or the kernel changes. Not used where there is a GPU. Only workers may write to it.",
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
          "How strongly ffmpeg and ffprobe are confined. `auto`: the strongest jail that holds a trial at the start. `required`: the worker does not start without the full jail (bubblewrap). `limited`: it does not start without at least Landlock. `off`: no jail.",
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
          "Folder for temporary files: a few segments per variant, and a source while it is fetched from a URL. On the same disk as a local store nothing is copied.",
        example: "/var/tmp/reelay",
      }),
    ),
  MAX_UNSENT_BYTES: count.default(256 * 1024 ** 2).meta(
    docs({
      default: "268435456",
      unit: "bytes",
      effect:
        "Finished segments of a task that wait on the temporary disk for the store. Beyond it ffmpeg is held until half of them are stored.",
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
          "What a worker keeps below WORK_DIR of sources that it reads from a store elsewhere, so that the tasks of one video read it once. 0 keeps nothing. A GiB of the disk always stays free.",
        example: "8589934592",
      }),
    ),
  MAX_SOURCE_BYTES: count.default(20 * 1024 ** 3).meta(
    docs({
      default: "21474836480",
      unit: "bytes",
      effect: "Largest source that is taken.",
      example: "5368709120",
    }),
  ),
  MAX_SOURCE_DURATION: seconds
    .default(6 * 3600)
    .meta(
      docs({ default: "21600", unit: "seconds", effect: "Longest source that is taken.", example: "7200" }),
    ),
  SOURCE_DECODERS: z
    .enum(["common", "all"])
    .default("common")
    .meta(
      docs({
        default: "common",
        effect:
          "Containers and codecs that a source may have. common: what cameras, phones, editors and browsers write. all: some 200 rare ones as well, each of them more code that a hostile file can attack; a worker accepts this only where programs run in the full jail.",
        example: "all",
      }),
    ),
  MAX_SOURCE_PIXELS: count.default(36_000_000).meta(
    docs({
      default: "36000000",
      unit: "pixels",
      effect: "Largest picture that is decoded; the default allows 8K (7680x4320) with its padding.",
      example: "9000000",
    }),
  ),
  FETCH_TIMEOUT: seconds.default(3600).meta(
    docs({
      default: "3600",
      unit: "seconds",
      effect: "For the whole transfer of a source that is given as a URL.",
      example: "600",
    }),
  ),
  FETCH_ALLOW_PRIVATE: list.default([]).meta(
    docs({
      default: "none",
      effect:
        "Hosts, addresses and CIDR ranges that sources may be fetched from although they are not on the public internet, or on a port other than 80, 443, 8080 and 8443, comma-separated.",
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
        effect: "Address of the API as viewers see it.",
        example: "https://video.acme.test",
      }),
    ),
  MEDIA_BASE_URL: z
    .url()
    .optional()
    .meta(
      docs({
        default: "/media/ below PUBLIC_URL; with STORE=gcs the bucket's own address",
        effect: "Where players find the store's objects, e.g. a CDN.",
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
          "Data folder of `npm start`; a worker without other settings joins the system that runs there.",
        example: "/srv/reelay",
      }),
    ),
  ...logEnvFields,
  METRICS_PORT: optionalPort.meta(
    docs({
      default: "none: it listens on nothing",
      effect:
        "Port of `/healthz`, `/readyz` and `/metrics`, on all addresses. Cloud Run services want theirs answered (8080); 0 takes a free one. Not read by `npm start`, whose worker is in the API's process.",
      example: "9464",
    }),
  ),
  ...tracingEnvFields,
} as const;
