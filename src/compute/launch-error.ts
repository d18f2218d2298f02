/** What went wrong at a provider. A circuit and the reason of a fallback follow from the code. */
export type LaunchErrorCode =
  /** A key is missing, wrong, expired, or lacks a right. */
  | "CREDENTIALS"
  /** The account's limit is reached. */
  | "QUOTA"
  /** The provider has no such machine free now. */
  | "NO_CAPACITY"
  /** Too many requests. */
  | "RATE_LIMITED"
  /** The account has no money left. */
  | "INSUFFICIENT_CREDIT"
  /** The region, template, endpoint or cluster does not exist. */
  | "NOT_FOUND"
  /** The image cannot be pulled. */
  | "IMAGE_UNAVAILABLE"
  /** The settings are wrong. */
  | "INVALID_REQUEST"
  /** No answer, or an error of the provider's own: a machine may have started nevertheless. */
  | "UNAVAILABLE";

const remedies: Readonly<Record<LaunchErrorCode, string>> = {
  CREDENTIALS: "Check the key and its rights, and restart the API with the new one.",
  QUOTA: "Raise the account's limit at the provider, or the offer's `machines` to less than it.",
  NO_CAPACITY: "It is tried again later; another region or class may have machines.",
  RATE_LIMITED: "It is tried again later.",
  INSUFFICIENT_CREDIT: "Add credit to the account.",
  NOT_FOUND: "Correct the name in COMPUTE_LAUNCHES, or create it at the provider.",
  IMAGE_UNAVAILABLE: "Push the image, or give the provider access to its registry.",
  INVALID_REQUEST: "Correct the offer's settings in COMPUTE_LAUNCHES.",
  UNAVAILABLE: "It is tried again later.",
};

/** Longest part of a provider's answer that is kept. */
const MOST_SAID = 300;

export interface LaunchErrorOptions {
  /** What the provider answered. It is shortened, and freed of `secrets`. */
  said?: string | undefined;
  /** Values that must not be shown, such as keys. */
  secrets?: readonly string[];
  /** When the provider wants the next request. */
  retryAfterMs?: number | undefined;
  /** Default: the remedy of the code. */
  remedy?: string | undefined;
  cause?: unknown;
}

/** A machine was not started, listed or stopped. The message is for operators, and without secrets. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  readonly code: LaunchErrorCode;
  /** What the provider said, shortened. Null: nothing. */
  readonly said: string | null;
  readonly retryAfterMs: number | null;
  /** What went wrong, without what the provider said, and without a period. */
  readonly problem: string;
  /** `problem`: a sentence without a period at its end. */
  constructor(
    code: LaunchErrorCode,
    problem: string,
    { said, secrets = [], retryAfterMs, remedy = remedies[code], cause }: LaunchErrorOptions = {},
  ) {
    const quoted = said === undefined ? null : withoutSecrets(said, secrets);
    super(
      `${withoutSecrets(problem, secrets)}${quoted ? `: ${JSON.stringify(quoted)}` : ""}. ${remedy}`,
      cause === undefined ? {} : { cause },
    );
    this.code = code;
    this.problem = withoutSecrets(problem, secrets);
    this.said = quoted;
    this.retryAfterMs = retryAfterMs ?? null;
  }
}

/** Hides the values given and what looks like a key, in one short line. Pure. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let line = text.replaceAll(/\s{1,1000}/g, " ");
  for (const secret of secrets) if (secret !== "") line = line.replaceAll(secret, "…");
  const hidden = line
    .replaceAll(/\brj_[\w-]{20,100}/g, "rj_…")
    .replaceAll(/\b(bearer|basic) [\w.+/=~-]{8,4000}/gi, "$1 …")
    .replaceAll(/:\/\/[^\s/@]{1,300}@/g, "://…@")
    .trim();
  return hidden.length > MOST_SAID ? `${hidden.slice(0, MOST_SAID).toWellFormed()}…` : hidden;
}
