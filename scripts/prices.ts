/** `npm run prices`: checks price files, and refreshes one from a saved list. */
import { readFile, writeFile } from "node:fs/promises";
import { readCsv } from "@reelay/tables";
import {
  assertPlausible,
  comparePrices,
  formatMicros,
  hourPico,
  importCatalog,
  isStale,
  loadOffers,
  readPrices,
  shippedPrices,
} from "../src/prices/index.ts";
import { runCommand, UsageError } from "./command-line.ts";

/** Of a public list of machine types. */
const catalogLimits = { bytes: 64 * 1024 ** 2, rows: 500_000 };

await runCommand(
  {
    name: "npm run prices",
    summary:
      "Checks the price files of the release and of COMPUTE_PRICES, and the file COMPUTE_OFFERS, and prints what an hour of each machine costs (4 vCPU and 8 GiB, if its parts are sold). With --catalog, reads the machine types of a provider from a CSV that you have downloaded (InstanceType, Region, Price, SpotPrice), prints what changes, and writes the file.",
    options: {
      folder: { type: "string", value: "DIR", help: "Folder with price files. Default: COMPUTE_PRICES." },
      offers: { type: "string", value: "FILE", help: "File with offers. Default: COMPUTE_OFFERS." },
      catalog: { type: "string", value: "CSV", help: "Saved list of machine types." },
      provider: { type: "string", value: "NAME", help: "Whose list it is. Default: google-cloud." },
      date: { type: "string", value: "DATE", help: "When it was saved. Default: today." },
      write: { type: "string", value: "FILE", help: "Where to write the refreshed price file." },
      confirm: { type: "boolean", help: "Accepts prices that changed by more than three times." },
    },
    examples: [
      "npm run prices",
      "npm run prices -- --folder /etc/reelay/prices --offers /etc/reelay/offers.json",
      "npm run prices -- --catalog vms.csv --date 2026-11-23 --write src/prices/files/google-cloud.json",
    ],
  },
  async ({ values }) => {
    const now = new Date();
    const pricesFolder = values.folder ?? process.env["COMPUTE_PRICES"];
    const offersFile = values.offers ?? process.env["COMPUTE_OFFERS"];
    const files = new Map([...shippedPrices, ...(pricesFolder ? await readPrices(pricesFolder) : [])]);
    if (values.catalog !== undefined) return await refresh({ ...values, catalog: values.catalog }, now);
    for (const file of files.values()) {
      const age = isStale(file, now) ? ", older than 90 days" : "";
      console.log(`${file.provider}: prices of ${file.retrievedAt}${age} (${file.source})`);
      for (const machine of file.classes) {
        const { vcpus = 4, memoryGib = 8 } = machine;
        const gpus = machine.gpus ?? (machine.gpuSecond === undefined ? 0 : 1);
        const micros = Math.round(hourPico(machine, { vcpus, memoryGib, gpus }) / 1e6);
        console.log(`  ${machine.name.padEnd(30)} ${formatMicros(micros).padStart(10)} an hour`);
      }
    }
    const { offers, policy } = await loadOffers({ offersFile, pricesFolder }, now);
    console.log(`Offers, ${policy}: ${offers.map(({ name }) => name).join(", ")}.`);
  },
);

async function refresh(
  {
    catalog,
    provider = "google-cloud",
    date,
    write,
    confirm = false,
  }: { catalog: string; provider?: string; date?: string; write?: string; confirm?: boolean },
  now: Date,
): Promise<void> {
  const known = shippedPrices.get(provider);
  if (known === undefined)
    throw new UsageError(`--provider is ${provider}; use one of ${[...shippedPrices.keys()].join(", ")}.`);
  const retrievedAt = date ?? now.toISOString().slice(0, 10);
  const table = readCsv(await readFile(catalog), catalogLimits);
  const { file, missing } = importCatalog(known, table, retrievedAt);
  for (const { price, from, to, isLarge } of comparePrices(known, file))
    console.log(`${price}: ${from} -> ${to} USD${isLarge ? ", more than three times apart" : ""}`);
  for (const name of missing) console.log(`${name}: not in the list, unchanged`);
  if (write === undefined) return;
  const refreshed = confirm ? { ...file, confirmed: true } : file;
  assertPlausible(known, refreshed);
  await writeFile(write, `${JSON.stringify(refreshed, null, 2)}\n`);
}
