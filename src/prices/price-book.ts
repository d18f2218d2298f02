import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { assertAge, assertPlausible } from "./check-prices.ts";
import googleCloud from "./files/google-cloud.json" with { type: "json" };
import local from "./files/local.json" with { type: "json" };
import modal from "./files/modal.json" with { type: "json" };
import replicate from "./files/replicate.json" with { type: "json" };
import runpod from "./files/runpod.json" with { type: "json" };
import { type OfferBook, priceOffers } from "./offers.ts";
import { PriceError } from "./price-error.ts";
import { PriceFile, parsePriceFile } from "./price-file.ts";

/** The prices of this release, by provider. */
export const shippedPrices: ReadonlyMap<string, PriceFile> = new Map(
  [googleCloud, local, modal, replicate, runpod].map((file) => [file.provider, PriceFile.parse(file)]),
);

/** The machines of an installation that configures none: they cost nothing. */
export const freeOffers: OfferBook = priceOffers(null, shippedPrices);

/**
 * The price files (`*.json`) of a folder, by provider; each replaces the release's. Throws `PriceError`
 * (`PRICE_FILE_INVALID`, `PRICE_IMPLAUSIBLE`).
 */
export async function readPrices(folder: string): Promise<Map<string, PriceFile>> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(`COMPUTE_PRICES: ${folder}`, error);
  });
  const files = new Map<string, PriceFile>();
  for (const name of names.filter((each) => each.endsWith(".json")).toSorted()) {
    const file = parsePriceFile(await readFile(path.join(folder, name), "utf8"), name);
    const shipped = shippedPrices.get(file.provider);
    if (shipped) assertPlausible(shipped, file);
    files.set(file.provider, file);
  }
  return files;
}

/**
 * The machines of an installation with their prices. Without a file of offers, all machines are free. Throws
 * `PriceError`.
 */
export async function loadOffers(
  { offersFile, pricesFolder }: { offersFile?: string | undefined; pricesFolder?: string | undefined },
  now: Date,
): Promise<OfferBook> {
  const own = pricesFolder === undefined ? new Map<string, PriceFile>() : await readPrices(pricesFolder);
  const files = new Map([...shippedPrices, ...own]);
  const text =
    offersFile === undefined
      ? null
      : await readFile(offersFile, "utf8").catch((error: unknown) => {
          throw unreadable(`COMPUTE_OFFERS: ${offersFile}`, error);
        });
  const book = priceOffers(text, files);
  for (const { provider } of book.offers) {
    const file = files.get(provider);
    if (file) assertAge(file, now);
  }
  return book;
}

const unreadable = (what: string, error: unknown): PriceError =>
  new PriceError(
    "OFFERS_INVALID",
    `${what} cannot be read (${error instanceof Error ? error.message : String(error)}). Correct the path, or its permissions.`,
  );
