import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readCsv } from "@reelay/tables";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { comparePrices } from "./check-prices.ts";
import { importCatalog } from "./import-catalog.ts";
import { formatMicros, toMicros, toPico } from "./money.ts";
import { loadOffers, shippedPrices } from "./price-book.ts";
import { costOf, totalOf } from "./rate.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reelay-prices-"));
});
afterAll(() => rm(folder, { recursive: true }));

const now = new Date("2026-11-23T12:00:00Z");
const modal = shippedPrices.get("modal");
if (!modal) throw new Error("Modal has shipped prices.");

const load = async (offers: unknown, prices?: Record<string, unknown>) => {
  const offersFile = path.join(folder, "offers.json");
  await writeFile(offersFile, typeof offers === "string" ? offers : JSON.stringify(offers));
  const pricesFolder = prices && (await mkdtemp(path.join(folder, "prices-")));
  for (const [name, file] of Object.entries(prices ?? {}))
    await writeFile(path.join(pricesFolder ?? "", name), JSON.stringify(file));
  return await loadOffers({ offersFile, pricesFolder }, now);
};
const burst = { name: "burst", provider: "modal", class: "function", vcpus: 4, memoryGib: 8, slots: 2 };

test("ten lines price a cloud and a studio, to the micro-dollar", async () => {
  const { offers } = await load({
    store: "google-cloud",
    policy: "CHEAPEST",
    offers: [
      { name: "studio", provider: "local", vcpus: 16, slots: 4, wattsPerVcpu: 9, usdPerKwh: "0.40" },
      burst,
    ],
  });
  const work = { wallSeconds: 3_600, cpuSeconds: 7_200, objects: 200, bytesRead: 1024 ** 3 };
  const [studio, cloud] = offers.map(({ rate }) => costOf(rate, work));
  // 9 W for two hours of processor time are 0.018 kWh.
  expect(studio).toEqual({ computeMicros: 7_200, objectsMicros: 1_000, egressMicros: 120_000 });
  // 3600 s x (4 x 6.55 + 8 x 2.22) millionths, in one of two slots.
  expect(cloud).toEqual({ computeMicros: 79_128, objectsMicros: 1_000, egressMicros: 120_000 });
});

test("the examples of the documentation are valid", async () => {
  const page = await readFile(path.join(import.meta.dirname, "../../docs/reference/prices.md"), "utf8");
  const [offers = "", prices = ""] = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => text);
  const { offers: named } = await load(offers, { "hetzner.json": JSON.parse(prices) });
  expect(named.map(({ name }) => name)).toEqual(["studio", "burst", "spot", "gpu"]);
});

test("without offers, machines are free", async () => {
  const { offers, policy } = await loadOffers({}, now);
  const work = { wallSeconds: 10, cpuSeconds: 10, objects: 10, bytesRead: 10 };
  expect(offers.map(({ name, rate }) => [name, totalOf(costOf(rate, work))])).toEqual([["local", 0]]);
  expect(policy).toBe("FASTEST");
});

test("bad offers and prices are refused with a code and a remedy", async () => {
  const refused = async (offers: unknown, prices?: Record<string, unknown>) => {
    const error = await load(offers, prices).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    return error as { code: string; message: string };
  };
  const only = (offer: object) => ({ offers: [offer] });
  expect(await refused("{")).toMatchObject({ code: "OFFERS_INVALID" });
  expect(await refused({ offers: [] })).toMatchObject({ code: "OFFERS_INVALID" });
  expect(await refused({ offers: [burst, burst] })).toMatchObject({
    code: "OFFERS_INVALID",
    message: expect.stringContaining("two offers are named burst"),
  });
  expect(await refused({ policy: "DEADLINE", offers: [burst] })).toMatchObject({ code: "OFFERS_INVALID" });
  expect(await refused(only({ ...burst, provider: "lambda" }))).toMatchObject({
    code: "PRICE_UNKNOWN",
    message: expect.stringContaining("Add a price file"),
  });
  expect(await refused(only({ ...burst, class: "h900" }))).toMatchObject({ code: "PRICE_UNKNOWN" });
  expect(await refused(only({ name: "burst", provider: "modal", class: "function" }))).toMatchObject({
    code: "OFFERS_INVALID",
    message: expect.stringContaining("has no vcpus"),
  });
  const old = { ...modal, retrievedAt: "2025-11-22" };
  expect(await refused(only(burst), { "modal.json": old })).toEqual(
    expect.objectContaining({ code: "PRICE_TOO_OLD", message: expect.stringContaining("366 days ago") }),
  );
  await expect(load(only(burst), { "modal.json": { ...old, pinned: true } })).resolves.toBeDefined();
  const dear = { ...modal, classes: [{ ...modal.classes[0], vcpuSecond: "700.0" }] };
  expect(await refused(only(burst), { "modal.json": dear })).toMatchObject({
    code: "PRICE_IMPLAUSIBLE",
    message: expect.stringContaining("function.vcpuSecond is 700.0 USD, and 0.00000655 USD"),
  });
  await expect(load(only(burst), { "modal.json": { ...dear, confirmed: true } })).resolves.toBeDefined();
  const floats = { ...modal, classes: [{ name: "function", vcpuSecond: 0.1 }] };
  expect(await refused(only(burst), { "modal.json": floats })).toMatchObject({ code: "PRICE_FILE_INVALID" });
});

test("a saved catalogue refreshes the machine types that it has, at the dearest zone", () => {
  const google = shippedPrices.get("google-cloud");
  if (!google) throw new Error("Google Cloud has shipped prices.");
  const table = readCsv(
    [
      "InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Region,AvailabilityZone,Price,SpotPrice",
      "c4d-standard-4,4.0,15.0,,,,us-central1,us-central1-a,0.19,0.08",
      "c4d-standard-4,4.0,15.0,,,,us-central1,us-central1-b,0.2,0.07",
      "c4d-standard-4,4.0,15.0,,,,us-west4,us-west4-b,0.9,0.9",
      "g2-standard-4,4.0,16.0,,,,us-central1,us-central1-a,2.5,",
    ].join("\n"),
  );
  const { file, missing } = importCatalog(google, table, "2026-11-23");
  expect(missing).toEqual(["e2-highcpu-4-spot", "e2-highcpu-4-spot-us-west4"]);
  expect(comparePrices(google, file)).toEqual([
    { price: "c4d-standard-4.machineHour", from: "0.18325", to: "0.2", isLarge: false },
    { price: "c4d-standard-4-spot.machineHour", from: "0.07136", to: "0.08", isLarge: false },
    { price: "g2-standard-4.machineHour", from: "0.7068", to: "2.5", isLarge: true },
  ]);
});

test("money is exact: parts of an amount cost what the whole costs, but for a rounding each", () => {
  expect(toPico("0.000018")).toBe(18_000_000);
  expect(toPico("12")).toBe(12e12);
  expect([formatMicros(0), formatMicros(12), formatMicros(1_500_000)]).toEqual([
    "$0.00",
    "$0.000012",
    "$1.50",
  ]);
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.nat(1e9), fc.nat(1e9), (pico, one, other) => {
      const parts = toMicros(pico, one) + toMicros(pico, other);
      expect(Math.abs(parts - toMicros(pico, one + other))).toBeLessThanOrEqual(1);
    }),
  );
});
