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

/** How often a text may have been quoted in JSON. */
const MOST_QUOTED = 4;

/** A secret as answers repeat it: also in JSON, in JSON within JSON, in an address, and in base64. Pure. */
function formsOf(secret: string): string[] {
  const trimmed = secret.trim();
  if (trimmed === "") return [];
  const quoted = [trimmed];
  for (let depth = 0; depth < MOST_QUOTED; depth += 1)
    quoted.push(JSON.stringify(quoted.at(-1)).slice(1, -1));
  const bytes = Buffer.from(trimmed);
  const addresses = quoted.map((each) => encodeURIComponent(each.toWellFormed()));
  // Without the padding, so that it is found in the middle of a text as well.
  const encoded = bytes.toString("base64").replace(/={1,2}$/, "");
  const forms = new Set([...quoted, ...addresses, encoded, bytes.toString("base64url")]);
  return [...forms].toSorted((one, other) => other.length - one.length);
}

/** Hides the values given and what looks like a key, in one short line. Pure. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let line = text.replaceAll(/\s{1,1000}/g, " ");
  for (const form of secrets.flatMap(formsOf)) line = line.replaceAll(form, "…");
  const hidden = line
    .replaceAll(/\brj_[\w-]{20,100}/g, "rj_…")
    .replaceAll(/\b(bearer|basic) [\w.+/=~-]{8,4000}/gi, "$1 …")
    .replaceAll(/:\/\/[^\s/@]{1,300}@/g, "://…@")
    .trim();
  return hidden.length > MOST_SAID ? `${hidden.slice(0, MOST_SAID).toWellFormed()}…` : hidden;
}
