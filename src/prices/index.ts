/** What machines cost: prices of providers, the offers of an installation, and the choice among them. */
export { assertPlausible, comparePrices, hourPico, isStale } from "./check-prices.ts";
export { type Candidate, type Choice, chooseOffer, type Range } from "./choose-offer.ts";
export { importCatalog } from "./import-catalog.ts";
export { spentMicros } from "./machine-cost.ts";
export { formatMicros, toMicros } from "./money.ts";
export type { ComputeOffer, OfferBook } from "./offers.ts";
export { freeOffers, loadOffers, readPrices, shippedPrices } from "./price-book.ts";
export { type CostLines, costOf, isFree, Rate, totalOf } from "./rate.ts";
