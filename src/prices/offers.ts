import { z } from "zod";
import { DECIMAL_USD, toPico } from "./money.ts";
import { PriceError } from "./price-error.ts";
import { CLASS_NAME, type MachineClass, type PriceFile } from "./price-file.ts";
import type { Rate } from "./rate.ts";

/** A kind of machine that runs workers, as an operator describes it. */
const OfferSettings = z.strictObject({
  name: z.string().regex(CLASS_NAME, "use lower-case letters, digits and hyphens"),
  provider: z.string(),
  /** Of the provider's price file. Default `machine`. */
  class: z.string().default("machine"),
  pool: z.enum(["cpu", "gpu"]).default("cpu"),
  /** Of one machine. Default: the class's. */
  vcpus: z.number().positive().max(1_024).optional(),
  memoryGib: z.number().positive().max(65_536).optional(),
  gpus: z.int().min(0).max(64).optional(),
  /** Tasks that one machine runs at the same time. */
  slots: z.int().min(1).max(1_024).default(1),
  /** Energy of an own machine, charged by processor time. */
  wattsPerVcpu: z.number().min(0).max(1_000).optional(),
  usdPerKwh: z.string().regex(DECIMAL_USD, 'give US dollars as a string such as "0.32"').optional(),
});
type OfferSettings = z.infer<typeof OfferSettings>;

export const policies = ["CHEAPEST", "FASTEST", "DEADLINE", "FIXED"] as const;
export type Policy = (typeof policies)[number];

/** `COMPUTE_OFFERS`: the machines of an installation, and how to choose among them. */
const OffersFile = z.strictObject({
  /** Provider of the object store: machines elsewhere pay for what they read from it. Default: none. */
  store: z.string().optional(),
  policy: z.enum(policies).default("FASTEST"),
  /** With DEADLINE: seconds from the request to the end. */
  deadlineSeconds: z.number().positive().max(864_000).optional(),
  offers: z.array(OfferSettings).min(1).max(100),
});

/** Machines with their prices. */
export interface ComputeOffer {
  name: string;
  provider: string;
  class: string;
  pool: "CPU" | "GPU";
  isSpot: boolean;
  vcpus: number;
  slots: number;
  /** Billed time until a worker takes its first task, and what it costs. */
  startSeconds: number;
  startMicros: number;
  /** Least billed time of a machine. */
  minimumSeconds: number;
  /** When its prices were read, and whether they hold however old they are. */
  prices: Pick<PriceFile, "retrievedAt" | "pinned">;
  rate: Rate;
}

export interface OfferBook {
  /** In the order of the file. Not empty. */
  offers: readonly ComputeOffer[];
  policy: Policy;
  deadlineSeconds: number | null;
}

const GPU_VCPUS = 4;

/** An own machine that costs nothing: what an installation has that configures no offers. */
const freeOffer: OfferSettings = {
  name: "local",
  provider: "local",
  class: "machine",
  pool: "cpu",
  slots: 1,
};

/**
 * Prices the offers of a file; without one, all machines are free. Throws `PriceError` (`OFFERS_INVALID`,
 * `PRICE_UNKNOWN`). Pure.
 */
export function priceOffers(text: string | null, files: ReadonlyMap<string, PriceFile>): OfferBook {
  const file = text === null ? OffersFile.parse({ offers: [freeOffer] }) : parseOffers(text);
  const names = file.offers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`two offers are named ${twice}. Rename one of them.`);
  if (file.policy === "DEADLINE" && file.deadlineSeconds === undefined)
    throw invalid("the policy DEADLINE needs deadlineSeconds, the time from the request to the end.");
  const store = file.store === undefined ? undefined : fileOf(files, file.store, "store");
  return {
    offers: file.offers.map((offer) => priceOffer(offer, files, store)),
    policy: file.policy,
    deadlineSeconds: file.deadlineSeconds ?? null,
  };
}

const invalid = (problem: string): PriceError =>
  new PriceError("OFFERS_INVALID", `COMPUTE_OFFERS: ${problem} docs/reference/prices.md has an example.`);

function parseOffers(text: string): z.infer<typeof OffersFile> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`the file is not JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const parsed = OffersFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join(".") || "the file"}: ${issue?.message ?? "is invalid"}.`);
}

function fileOf(files: ReadonlyMap<string, PriceFile>, provider: string, field: string): PriceFile {
  const file = files.get(provider);
  if (file !== undefined) return file;
  throw new PriceError(
    "PRICE_UNKNOWN",
    `COMPUTE_OFFERS: ${field} names the provider ${JSON.stringify(provider)}, and prices are known of ${[...files.keys()].toSorted().join(", ")}. Add a price file for it to the folder COMPUTE_PRICES.`,
  );
}

function priceOffer(
  offer: OfferSettings,
  files: ReadonlyMap<string, PriceFile>,
  store: PriceFile | undefined,
): ComputeOffer {
  const file = fileOf(files, offer.provider, `offer ${offer.name}`);
  const machine = file.classes.find(({ name }) => name === offer.class);
  if (machine === undefined)
    throw new PriceError(
      "PRICE_UNKNOWN",
      `COMPUTE_OFFERS: offer ${offer.name} names the class ${JSON.stringify(offer.class)}; ${offer.provider} has ${file.classes.map(({ name }) => name).join(", ")}. Use one of these, or add the class to its price file.`,
    );
  const size = sizeOf(offer, machine);
  const machineSecond = secondPico(machine, size);
  const isAway = store !== undefined && store.provider !== offer.provider;
  return {
    ...{ name: offer.name, provider: offer.provider, class: offer.class },
    pool: offer.pool === "gpu" ? "GPU" : "CPU",
    isSpot: machine.isSpot ?? false,
    vcpus: size.vcpus,
    slots: offer.slots,
    startSeconds: machine.startSeconds ?? 0,
    startMicros: Math.round((machineSecond * (machine.startSeconds ?? 0)) / 1e6),
    minimumSeconds: machine.minimumSeconds ?? 0,
    prices: { retrievedAt: file.retrievedAt, pinned: file.pinned },
    rate: {
      version: 1,
      offer: offer.name,
      pricesOf: file.retrievedAt,
      slotSecond: Math.round(machineSecond / offer.slots),
      cpuSecond: energyPico(offer),
      object: toPico(store?.storage?.classAOperation ?? "0"),
      egressGib: isAway ? toPico(store.storage?.egressGib ?? "0") : 0,
    },
  };
}

interface Size {
  vcpus: number;
  memoryGib: number;
  gpus: number;
}

/** Throws `PriceError` if the class has no size of its own, and the offer does not state what is billed. */
function sizeOf(offer: OfferSettings, machine: MachineClass): Size {
  const vcpus = offer.vcpus ?? machine.vcpus;
  const memoryGib = offer.memoryGib ?? machine.memoryGib;
  const missing =
    vcpus === undefined && machine.vcpuSecond !== undefined
      ? "vcpus"
      : memoryGib === undefined && machine.gibSecond !== undefined
        ? "memoryGib"
        : null;
  if (missing !== null)
    throw invalid(
      `offer ${offer.name} has no ${missing}, and ${offer.provider} bills it. Add the ${missing} of a machine.`,
    );
  const gpus = offer.gpus ?? machine.gpus ?? (offer.pool === "gpu" ? 1 : 0);
  return { vcpus: vcpus ?? GPU_VCPUS, memoryGib: memoryGib ?? 0, gpus };
}

/** Picodollars per second of a machine. */
const secondPico = (machine: MachineClass, { vcpus, memoryGib, gpus }: Size): number =>
  Math.round(
    toPico(machine.vcpuSecond ?? "0") * vcpus +
      toPico(machine.gibSecond ?? "0") * memoryGib +
      toPico(machine.gpuSecond ?? "0") * gpus +
      toPico(machine.machineHour ?? "0") / 3_600,
  );

/** Picodollars per second of processor time, for an own machine's energy. */
const energyPico = ({ wattsPerVcpu = 0, usdPerKwh = "0" }: OfferSettings): number =>
  Math.round((toPico(usdPerKwh) * wattsPerVcpu) / 3_600_000);
