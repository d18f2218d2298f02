/** Prices that are too old, or too far from the release's, are refused. Pure. */
import { toPico } from "./money.ts";
import { PriceError } from "./price-error.ts";
import type { MachineClass, PriceFile } from "./price-file.ts";

/** Older prices are named as such in estimates, */
const STALE_DAYS = 90;
/** and these are refused. */
const MAX_AGE_DAYS = 365;
/** A price may be this many times another one, or less by as much. */
const MAX_FACTOR = 3;
const DAY_MS = 86_400_000;

type Dated = Pick<PriceFile, "retrievedAt" | "pinned">;

const ageDays = ({ retrievedAt }: Dated, now: Date): number =>
  Math.floor((now.getTime() - Date.parse(retrievedAt)) / DAY_MS);

/** Whether the prices may have changed since they were read. Pinned ones do not. */
export const isStale = (file: Dated, now: Date): boolean =>
  file.pinned !== true && ageDays(file, now) > STALE_DAYS;

/** Throws `PriceError` (`PRICE_TOO_OLD`, or `PRICE_FILE_INVALID` for a date in the future). */
export function assertAge(file: PriceFile, now: Date): void {
  const days = ageDays(file, now);
  if (days < -1)
    throw new PriceError(
      "PRICE_FILE_INVALID",
      `Prices of ${file.provider}: retrievedAt is ${file.retrievedAt}, which is in the future. Correct the date, or the clock of this machine.`,
    );
  if (file.pinned === true || days <= MAX_AGE_DAYS) return;
  throw new PriceError(
    "PRICE_TOO_OLD",
    `Prices of ${file.provider} were read on ${file.retrievedAt}, ${days} days ago; ${MAX_AGE_DAYS} are allowed. Read them again at ${file.source} (\`npm run prices\` shows how), or add "pinned": true if they still hold.`,
  );
}

const prices = ["vcpuSecond", "gibSecond", "gpuSecond", "machineHour"] as const;
const storagePrices = ["classAOperation", "classBOperation", "storedGibMonth", "egressGib"] as const;

export interface PriceChange {
  /** `function.vcpuSecond`, `storage.egressGib`. */
  price: string;
  from: string;
  to: string;
  /** More than three times as much, or less than a third. */
  isLarge: boolean;
}

/** The prices that both files have and that differ. A price that was 0 or becomes 0 is a large change. */
export function comparePrices(before: PriceFile, after: PriceFile): PriceChange[] {
  const known = new Map(before.classes.map((each) => [each.name, each]));
  const ofClasses = after.classes.flatMap((machine) =>
    compare(machine.name, prices, known.get(machine.name), machine),
  );
  return [...ofClasses, ...compare("storage", storagePrices, before.storage, after.storage)];
}

function compare<Key extends string>(
  name: string,
  keys: readonly Key[],
  before: Partial<Record<Key, string | undefined>> | undefined,
  after: Partial<Record<Key, string | undefined>> | undefined,
): PriceChange[] {
  if (!before || !after) return [];
  return keys.flatMap((key) => {
    const [from, to] = [before[key] ?? "0", after[key] ?? "0"];
    const [low, high] = [toPico(from), toPico(to)].toSorted((a, b) => a - b);
    if (low === undefined || high === undefined || low === high) return [];
    return [{ price: `${name}.${key}`, from, to, isLarge: high > low * MAX_FACTOR }];
  });
}

/** Throws `PriceError` (`PRICE_IMPLAUSIBLE`) if a price changed by more than three times unconfirmed. */
export function assertPlausible(shipped: PriceFile, file: PriceFile): void {
  if (file.confirmed === true) return;
  const change = comparePrices(shipped, file).find(({ isLarge }) => isLarge);
  if (change === undefined) return;
  throw new PriceError(
    "PRICE_IMPLAUSIBLE",
    `Prices of ${file.provider}: ${change.price} is ${change.to} USD, and ${change.from} USD in this release: more than ${MAX_FACTOR} times apart. Compare it with ${file.source}; if it is right, add "confirmed": true to the file.`,
  );
}

/** Price of an hour of the whole machine, in picodollars. */
export function hourPico(
  machine: MachineClass,
  { vcpus, memoryGib, gpus }: { vcpus: number; memoryGib: number; gpus: number },
): number {
  const perSecond =
    toPico(machine.vcpuSecond ?? "0") * vcpus +
    toPico(machine.gibSecond ?? "0") * memoryGib +
    toPico(machine.gpuSecond ?? "0") * gpus;
  return Math.round(perSecond * 3_600 + toPico(machine.machineHour ?? "0"));
}
