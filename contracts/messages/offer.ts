import { z } from "zod";
import { MAX_TOOLS, toolName } from "../kinds/index.ts";
import { jailLevels, pools } from "../states.ts";
import { Capabilities } from "./capabilities.ts";

/** A pulling worker is already running: a task for one of its free slots starts almost immediately. */
export const DEFAULT_START_WITHIN_MS = 15_000;

/** A jail, and the reason why it is not stronger; null for the strongest. */
const OfferedJail = z.object({ level: z.enum(jailLevels), reason: z.string().max(2_000).nullable() });

/** A kind of task that a worker can run, with the program that it runs on. */
export const OfferedKind = z.object({
  name: z.string().min(1).max(100),
  runtime: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  /** The runtime's version, e.g. `7.0`. */
  version: z.string().max(200),
  /** Further programs that tasks of the kind may need, e.g. `tex`. Absent: none. */
  tools: z.array(toolName).max(MAX_TOOLS).optional(),
  /** Jail of the kind's programs, if it is not the one of the offer. */
  jail: OfferedJail.optional(),
});
export type OfferedKind = z.infer<typeof OfferedKind>;

/** More voices than this are not listed. */
export const MAX_OFFERED_VOICES = 200;

/** A voice that speaks the texts of videos. */
export const OfferedVoice = z.object({
  /** As in `NarrationVoice.name`, e.g. `slt`. */
  id: z.string().min(1).max(100),
  /** For people, e.g. `Slt, female, US English`. */
  name: z.string().max(200),
  /** BCP 47, e.g. `en-US`. */
  language: z.string().max(35),
  /** E.g. `flite`. */
  engine: z.string().max(40),
});
export type OfferedVoice = z.infer<typeof OfferedVoice>;

/** What a worker can do. The dispatcher matches it against the requirements of tasks. */
export const Offer = z.object({
  /** The worker pulls tasks from these pools. */
  pools: z.array(z.enum(pools)).min(1),
  /** Number of concurrent tasks. */
  slots: z.int32().nonnegative(),
  /** Number of express tasks that it runs besides (`TaskRequested.isExpress`). Default 0. */
  expressSlots: z.int32().nonnegative().optional(),
  kinds: z.array(OfferedKind),
  /** Kinds whose tools it has, but which it refuses, and why: its jail does not confine them. */
  refused: z.array(z.object({ name: z.string().max(100), reason: z.string().max(2_000) })).optional(),
  /** Names of encoders that a trial encode opened, e.g. `libx264`. */
  encoders: z.array(z.string()),
  /** Devices, with their working encoders and decoders. */
  capabilities: Capabilities.optional(),
  /** Voices, the default of each language first. Null: too many to list. Absent: it does not speak. */
  voices: z.array(OfferedVoice).max(MAX_OFFERED_VOICES).nullable().optional(),
  /** Jail of its programs. */
  jail: OfferedJail.optional(),
  /** Memory for the worker and its programs: its cgroup's limit, else the machine's. */
  memoryBytes: z.int().nonnegative().optional(),
  /** Processors for the worker: its cgroup's quota, else the machine's. Fractions count, e.g. 1.5. */
  cpus: z.number().positive().optional(),
  /** Name of the compute offer whose machine it is: what its tasks cost. Absent: the first of its pool. */
  computeOffer: z.string().min(1).max(64).optional(),
  /** The API sends a task again if it has not started after this many milliseconds. */
  startWithinMs: z.int32().positive().default(DEFAULT_START_WITHIN_MS),
});
export type Offer = z.infer<typeof Offer>;
