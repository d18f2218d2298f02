import { readFile } from "node:fs/promises";
import { type Environment, toSentence } from "@reelay/process";
import type { Logger } from "pino";
import { z } from "zod";
import { backendKinds, type ComputeBackend, LaunchError } from "../compute/index.ts";
import type { ComputeOffer, OfferBook } from "../prices/index.ts";

const Target = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "use lower-case letters, digits and hyphens"),
  /** Kind of back end. */
  kind: z.string(),
  /** Of the back end. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Name in COMPUTE_OFFERS. Default: the first offer. */
  offer: z.string().optional(),
  /** Whose machines they are. */
  realm: z.enum(["OWN", "CLOUD", "THIRD_PARTY"]),
  maxInstances: z.int().min(1).max(1_000).default(1),
  /** Only for tasks that wait this long: machines before it in the order have the first chance. */
  afterSeconds: z.number().min(0).max(86_400).default(0),
  /** Time from the plan until the worker has joined. */
  startTimeoutSeconds: z.int().min(10).max(3_600).default(300),
  /** How long a worker waits for a task before it exits. */
  idleExitSeconds: z.int().min(5).max(3_600).default(20),
  /** The worker's life; it takes no task that is likely to last longer. */
  maxLifeSeconds: z
    .int()
    .min(60)
    .max(7 * 86_400)
    .default(3_600),
  /** More variables of the worker. */
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/), z.string().max(4_000)).default({}),
});
type TargetSettings = z.infer<typeof Target>;

/** `COMPUTE_LAUNCHES`: where workers are rented, and in which order. */
const LaunchesFile = z.strictObject({
  /**
   * Name of this installation in the names of its machines. Two installations with the same name at one
   * provider would stop each other's machines.
   */
  installation: z.string().regex(/^[a-z][a-z0-9]{0,19}$/, "use 1 to 20 lower-case letters and digits"),
  /** Address at which workers reach the API. Default: PUBLIC_URL. */
  apiUrl: z.url({ protocol: /^https?$/ }).optional(),
  order: z.enum(["FIXED", "CHEAPEST", "FASTEST"]).default("FIXED"),
  targets: z.array(Target).min(1).max(50),
});

/** A place where workers are rented. */
export interface LaunchTarget extends Omit<TargetSettings, "settings" | "offer"> {
  offer: ComputeOffer;
  backend: ComputeBackend;
}

export interface LaunchPlan {
  /** Beginning of the names of this installation's machines. */
  prefix: string;
  apiUrl: string;
  /** In the order in which they are tried. */
  targets: readonly LaunchTarget[];
}

/** `COMPUTE_LAUNCHES` cannot be used. The message says why, and what to do. */
export class LaunchSettingsError extends Error {
  override readonly name = "LaunchSettingsError";
  readonly code = "LAUNCHES_INVALID";
  constructor(problem: string) {
    super(`COMPUTE_LAUNCHES: ${problem} docs/reference/launches.md has an example.`);
  }
}

interface Deps {
  offers: OfferBook;
  publicUrl: string;
  environment: Environment;
  log: Logger;
}

/**
 * Reads the settings, JSON or the path of a file with it, and opens the back ends. Throws
 * `LaunchSettingsError`.
 */
export async function openLaunchPlan(value: string, deps: Deps): Promise<LaunchPlan> {
  const text = value.trimStart().startsWith("{")
    ? value
    : await readFile(value, "utf8").catch((error: unknown) => {
        throw new LaunchSettingsError(
          `${value} cannot be read (${toSentence(error)}). Correct the path, or its permissions.`,
        );
      });
  const { installation, apiUrl = deps.publicUrl, order, targets } = parse(text);
  const names = targets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new LaunchSettingsError(`two targets are named ${twice}. Rename one of them.`);
  const prefix = `${installation}-`;
  const opened = targets.map((target) => openTarget(target, prefix, deps));
  return { prefix, apiUrl, targets: inOrder(opened, order) };
}

function parse(text: string): z.infer<typeof LaunchesFile> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LaunchSettingsError(`it is not JSON (${toSentence(error)}).`);
  }
  const parsed = LaunchesFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LaunchSettingsError(
    `${issue?.path.join(".") || "the object"}: ${issue?.message ?? "is invalid"}.`,
  );
}

function openTarget(
  { settings, offer: offerName, ...target }: TargetSettings,
  prefix: string,
  { offers: { offers }, environment, log }: Deps,
): LaunchTarget {
  const kind = backendKinds.find((each) => each.kind === target.kind);
  if (kind === undefined)
    throw new LaunchSettingsError(
      `the target ${target.name} has the kind ${JSON.stringify(target.kind)}; the kinds are ${backendKinds.map((each) => each.kind).join(", ")}.`,
    );
  const offer = offerName === undefined ? offers[0] : offers.find(({ name }) => name === offerName);
  if (offer === undefined)
    throw new LaunchSettingsError(
      `the target ${target.name} names the offer ${JSON.stringify(offerName)}; COMPUTE_OFFERS has ${offers.map(({ name }) => name).join(", ")}.`,
    );
  const secret = (variable: string): string => {
    const found = environment[variable];
    if (found) return found;
    throw new LaunchError("CREDENTIALS", `The variable ${variable} is not set`, {
      remedy: `Set ${variable} for the API to the key of the provider.`,
    });
  };
  try {
    return { ...target, offer, backend: kind.open(settings, { prefix, secret, environment, log }) };
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    throw new LaunchSettingsError(`the target ${target.name}: ${error.message}`);
  }
}

const inOrder = (targets: LaunchTarget[], order: z.infer<typeof LaunchesFile>["order"]): LaunchTarget[] => {
  if (order === "FIXED") return targets;
  const by = {
    CHEAPEST: ({ offer }: LaunchTarget) => offer.rate.slotSecond,
    FASTEST: ({ offer }: LaunchTarget) => offer.startSeconds,
  }[order];
  return targets.toSorted((a, b) => by(a) - by(b));
};
