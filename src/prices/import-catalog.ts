/** Reads prices of machine types from a public list that was saved as a file. Pure. */
import type { Table } from "@reelay/tables";
import { PriceError } from "./price-error.ts";
import type { MachineClass, PriceFile } from "./price-file.ts";

const columns = ["InstanceType", "Region", "Price", "SpotPrice"] as const;

/**
 * The file with the prices of its machine types as a catalogue in CSV has them: columns `InstanceType`,
 * `Region`, `Price` and `SpotPrice` in USD per hour, such as SkyPilot's `catalogs/v8/gcp/vms.csv`. Of several
 * zones the dearest counts. Classes without an `instanceType` keep their prices; `missing` names those that
 * the catalogue lacks. Throws `PriceError`.
 */
export function importCatalog(
  file: PriceFile,
  table: Table,
  retrievedAt: string,
): { file: PriceFile; missing: string[] } {
  const at = new Map(columns.map((column) => [column, table.columns.indexOf(column)]));
  const absent = columns.find((column) => at.get(column) === -1);
  if (absent !== undefined)
    throw new PriceError(
      "PRICE_FILE_INVALID",
      `The catalogue has no column ${absent}; it needs ${columns.join(", ")}.`,
    );
  const hourly = new Map<string, number>();
  for (const { cells } of table.rows) {
    const cell = (column: (typeof columns)[number]) => cells[at.get(column) ?? -1] ?? "";
    for (const isSpot of [false, true]) {
      const price = Number(cell(isSpot ? "SpotPrice" : "Price") || Number.NaN);
      const key = keyOf(cell("InstanceType"), cell("Region"), isSpot);
      if (Number.isFinite(price) && price > (hourly.get(key) ?? 0)) hourly.set(key, price);
    }
  }
  const missing: string[] = [];
  const refresh = (machine: MachineClass): MachineClass => {
    if (machine.instanceType === undefined) return machine;
    const price = hourly.get(keyOf(machine.instanceType, machine.region ?? "", machine.isSpot ?? false));
    if (price === undefined) missing.push(machine.name);
    return price === undefined ? machine : { ...machine, machineHour: toDecimal(price) };
  };
  return { file: { ...file, retrievedAt, classes: file.classes.map(refresh) }, missing };
}

const keyOf = (instanceType: string, region: string, isSpot: boolean): string =>
  `${instanceType} ${region} ${isSpot}`;

/** Without an exponent, and to a hundred-millionth of a dollar. */
const decimals = new Intl.NumberFormat("en-US", { maximumFractionDigits: 8, useGrouping: false });
const toDecimal = (usd: number): string => decimals.format(usd);
