/**
 * Money is counted in whole numbers: prices in picodollars (10^-12 USD), since a vCPU-second costs a fraction
 * of a millionth of a dollar, and costs in micro-USD (10^-6).
 */
const DECIMALS = 12;
const PICO_PER_MICRO = 1_000_000n;

/** An amount in USD as price files have it: `0.000018`. No sign, no exponent, at most 12 decimals. */
export const DECIMAL_USD = /^\d{1,6}(\.\d{1,12})?$/;

/** Picodollars of a decimal amount in USD that matches `DECIMAL_USD`. */
export function toPico(usd: string): number {
  const [whole = "0", decimals = ""] = usd.split(".");
  return Number(BigInt(whole + decimals.padEnd(DECIMALS, "0")));
}

/**
 * Micro-USD of `amount` thousandths of a unit that costs `pico` picodollars, rounded to the nearest. Exact
 * however large the factors are.
 */
export const toMicros = (pico: number, thousandths: number): number =>
  Number(
    (BigInt(pico) * BigInt(Math.round(thousandths)) + 500n * PICO_PER_MICRO) / (1_000n * PICO_PER_MICRO),
  );

/** For people: `$1.50`, and as many decimals as small amounts need: `$0.000012`. */
export function formatMicros(micros: number): string {
  const digits = micros >= 100_000 || micros === 0 ? 2 : micros >= 1_000 ? 4 : 6;
  return `$${(micros / 1e6).toFixed(digits)}`;
}
