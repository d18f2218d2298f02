export type PriceErrorCode =
  | "PRICE_FILE_INVALID"
  | "PRICE_TOO_OLD"
  | "PRICE_IMPLAUSIBLE"
  | "PRICE_UNKNOWN"
  | "OFFERS_INVALID";

/** Prices or offers that cannot be used. The message says which, what was expected, and what to do. */
export class PriceError extends Error {
  readonly code: PriceErrorCode;
  constructor(code: PriceErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
