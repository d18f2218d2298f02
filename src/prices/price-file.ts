import { z } from "zod";
import { DECIMAL_USD } from "./money.ts";
import { PriceError } from "./price-error.ts";

const usd = z.string().regex(DECIMAL_USD, 'give US dollars as a string such as "0.000018"').optional();
const seconds = z.number().min(0).max(86_400).optional();
export const CLASS_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** A kind of machine that a provider rents. Absent prices are 0. */
export const MachineClass = z.strictObject({
  name: z.string().regex(CLASS_NAME),
  vcpuSecond: usd,
  gibSecond: usd,
  gpuSecond: usd,
  /** Of the whole machine, whatever its parts. */
  machineHour: usd,
  /** Processors, memory and GPUs of a machine that is sold whole. */
  vcpus: z.number().positive().max(1_024).optional(),
  memoryGib: z.number().positive().max(65_536).optional(),
  gpus: z.int().min(0).max(64).optional(),
  /** A machine that is used for less is billed for this long. */
  minimumSeconds: seconds,
  /** Billed time until a worker takes its first task. */
  startSeconds: seconds,
  /** The provider may take it back at any time. */
  isSpot: z.boolean().optional(),
  /** Where to look it up in a public list of machine types. */
  instanceType: z.string().max(100).optional(),
  region: z.string().max(100).optional(),
});
export type MachineClass = z.infer<typeof MachineClass>;

/** Prices of an object store. */
const StoragePrices = z.strictObject({
  /** Per operation that writes or lists. */
  classAOperation: usd,
  /** Per operation that reads. */
  classBOperation: usd,
  storedGibMonth: usd,
  /** Per GiB read from outside the provider's network. */
  egressGib: usd,
});
export type StoragePrices = z.infer<typeof StoragePrices>;

/** The prices of a provider, with their source and date. */
export const PriceFile = z.strictObject({
  provider: z.string().regex(CLASS_NAME),
  currency: z.literal("USD"),
  retrievedAt: z.iso.date(),
  source: z.string().min(1).max(500),
  note: z.string().max(1_000).optional(),
  /** They stay in use however old they are. */
  pinned: z.boolean().optional(),
  /** They are used although they are more than three times those of the release, or less than a third. */
  confirmed: z.boolean().optional(),
  classes: z.array(MachineClass).max(1_000),
  storage: StoragePrices.optional(),
});
export type PriceFile = z.infer<typeof PriceFile>;

/** Throws `PriceError` (`PRICE_FILE_INVALID`). Pure. */
export function parsePriceFile(text: string, name: string): PriceFile {
  const invalid = (problem: string) =>
    new PriceError(
      "PRICE_FILE_INVALID",
      `Price file ${name}: ${problem} docs/reference/prices.md describes the fields.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`is not JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const parsed = PriceFile.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join(".") || "the file"}: ${issue?.message ?? "is invalid"}.`);
  }
  const names = parsed.data.classes.map((each) => each.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) throw invalid(`the class ${twice} is listed twice. Keep one of them.`);
  return parsed.data;
}
