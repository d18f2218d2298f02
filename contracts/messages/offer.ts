import { z } from "zod";
import { jailLevels, pools } from "../states.ts";
import { Capabilities } from "./capabilities.ts";

/** A kind of task that a worker can run, with the program that it runs on. */
export const OfferedKind = z.object({
  name: z.string().min(1).max(100),
  runtime: z.string().min(1).max(100),
  /** The runtime's version, e.g. `7.0`. */
  version: z.string().max(200),
});
export type OfferedKind = z.infer<typeof OfferedKind>;

/** What a worker can do. The dispatcher matches it against the requirements of tasks. */
export const Offer = z.object({
  /** Lanes of the broker that the worker pulls tasks from. */
  pools: z.array(z.enum(pools)).min(1),
  /** Tasks at once. */
  slots: z.int32().nonnegative(),
  kinds: z.array(OfferedKind),
  /** Names of encoders that a trial encode opened, e.g. `libx264`. */
  encoders: z.array(z.string()),
  /** Devices, with the encoders and decoders that work on them. */
  capabilities: Capabilities.optional(),
  /** Jail of its programs, and the reason why it is not stronger; null for the strongest. */
  jail: z.object({ level: z.enum(jailLevels), reason: z.string().max(2_000).nullable() }).optional(),
  /** Memory that it and its programs may have: its cgroup's limit, else the machine's. */
  memoryBytes: z.int().nonnegative().optional(),
  /** Processors that it may keep busy: its cgroup's quota, else the machine's. Fractions count: 1.5 is one and a half. */
  cpus: z.number().positive().optional(),
  /** A task that was sent to it and has not started after this many milliseconds is sent again. */
  startWithinMs: z.int32().positive(),
});
export type Offer = z.infer<typeof Offer>;
