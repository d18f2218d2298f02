/**
 * Expected failures: part of every operation's contract, shown to clients as members of the result union
 * (types in `schema/errors.ts`). Anything else that is thrown is a bug or an outage, and is masked outside.
 */
export abstract class ExpectedError extends Error {
  /** Stable, upper snake case; clients switch on it. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The thing does not exist, or is of another workspace: the two are not told apart. */
export class NotFoundError extends ExpectedError {}

/** An input field does not hold what it must. */
export class InvalidInputError extends ExpectedError {
  /** Where in the input, e.g. `source.upload.sizeBytes`. */
  readonly field: string;
  constructor(code: string, field: string, message: string) {
    super(code, message);
    this.field = field;
  }
}

/** A table or a list of rows that cannot be read. */
export class InvalidTableError extends ExpectedError {
  /** Where in the input, e.g. `source.csv`. */
  readonly field: string;
  /** From 1; null: the text as a whole. */
  readonly line: number | null;
  /** Number of the table's column, from 1; null if unknown. */
  readonly column: number | null;
  constructor(
    code: string,
    message: string,
    place: { field: string; line: number | null; column: number | null },
  ) {
    super(code, message);
    this.field = place.field;
    this.line = place.line;
    this.column = place.column;
  }
}

/** A profile that cannot be rendered by: everything that is wrong with it at once. */
export class InvalidProfileError extends ExpectedError {
  /** `path` is dotted, e.g. `rungs.2.height`, counted from 0; messages count rungs from 1. Never empty. */
  readonly issues: readonly { path: string; message: string }[];
  constructor(profile: string, issues: readonly { path: string; message: string }[]) {
    const name = JSON.stringify(profile.slice(0, 64).toWellFormed());
    const told = issues.map((issue) => ({ ...issue, message: `Profile ${name}: ${issue.message}` }));
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more in \`issues\`)` : "";
    super("PROFILE_INVALID", `${told[0]?.message ?? `Profile ${name} is invalid.`}${more}`);
    this.issues = told;
  }
}

/** One problem of a template's data. */
export interface DataIssue {
  /** JSON Pointer of the value, e.g. `/questions/2/options`; empty for the whole. */
  path: string;
  /** Stable, upper snake case. */
  code: string;
  message: string;
}

/** Data that does not fit its template: everything that is wrong with it at once. */
export class InvalidDataError extends ExpectedError {
  /** Never empty. */
  readonly issues: readonly DataIssue[];
  constructor(template: string, issues: readonly DataIssue[]) {
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more in \`issues\`)` : "";
    super("DATA_INVALID", `Template ${template}: ${issues[0]?.message ?? "The data is invalid."}${more}`);
    this.issues = issues;
  }
}

/** The request is fine, but not in the present state of things. */
export class ConflictError extends ExpectedError {}

/** The workspace has used up what it may have at once. */
export class QuotaExceededError extends ExpectedError {
  /**
   * Which quota: `ACTIVE_JOBS`, `STORED_BYTES`, `SOURCE_MINUTES_PER_DAY`, `PENDING_CHECKS`, `MATERIALS`,
   * `GENERATING_SETS`, `CHECKING_BATCHES`, `BATCHES`.
   */
  readonly quota: string;
  readonly limit: number;
  readonly used: number;
  /** When to ask again; milliseconds from now. */
  readonly retryAfterMs: number;
  constructor(
    message: string,
    figures: { quota: string; limit: number; used: number; retryAfterMs: number },
  ) {
    super("QUOTA_EXCEEDED", message);
    this.quota = figures.quota;
    this.limit = figures.limit;
    this.used = figures.used;
    this.retryAfterMs = figures.retryAfterMs;
  }
}

/** A disk that the request writes to is full: nothing was written. */
export class StoreFullError extends ExpectedError {
  /** When asking again is worth it, in milliseconds from now. */
  readonly retryAfterMs = 5_000;
  constructor(options?: ErrorOptions) {
    super(
      "STORE_FULL",
      "The server has no room left, so nothing was changed. Free some space on its disk, then send the request again.",
    );
    this.cause = options?.cause;
  }
}

/** The API key lacks a scope. */
export class ForbiddenError extends ExpectedError {}

/** No API key, or one that is unknown, expired or revoked. */
export class UnauthenticatedError extends ExpectedError {
  constructor(
    message = "This needs an API key: send the header `Authorization: Bearer <api key>`, or the same field in the payload of connection_init.",
  ) {
    super("UNAUTHENTICATED", message);
  }
}
