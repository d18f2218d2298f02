import { z } from "zod";
import type { LaunchErrorCode } from "../launch-error.ts";

const Detail = z.object({
  /** Of `google.rpc.ErrorInfo`. */
  reason: z.string().optional(),
  /** Of `google.rpc.RetryInfo`: seconds, as in `"30s"`. */
  retryDelay: z.string().optional(),
});

/**
 * What Google's APIs refuse with (https://cloud.google.com/apis/design/errors): `status` in an answer, the
 * number of it in an operation. Compute Engine names its reasons in `errors`.
 */
const Failure = z.object({
  code: z.union([z.number(), z.string()]).default(0),
  status: z.string().default(""),
  message: z.string().default(""),
  details: z.array(z.unknown()).default([]),
  errors: z
    .array(
      z.object({
        reason: z.string().optional(),
        code: z.string().optional(),
        message: z.string().optional(),
      }),
    )
    .default([]),
});

/** Names of `google.rpc.Code`, by their numbers. */
const names: Readonly<Record<number, string>> = {
  3: "INVALID_ARGUMENT",
  5: "NOT_FOUND",
  6: "ALREADY_EXISTS",
  7: "PERMISSION_DENIED",
  8: "RESOURCE_EXHAUSTED",
  9: "FAILED_PRECONDITION",
  14: "UNAVAILABLE",
  16: "UNAUTHENTICATED",
};

/** Names of HTTP statuses, where the answer has no other. */
const nameOf = (status: number): string =>
  ({
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
  })[status] ?? (status >= 400 && status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE");

export interface GoogleRefusal {
  code: LaunchErrorCode;
  /** What Google said of it; empty: nothing. */
  said: string;
  retryAfterMs: number | undefined;
}

/**
 * Why Google refused. `failure`: the member `error` of an answer or an operation; `httpStatus`: of an answer.
 * Pure.
 */
export function explainGoogleError(failure: unknown, httpStatus?: number): GoogleRefusal {
  const { code, status, message, details, errors } = Failure.safeParse(failure).data ?? Failure.parse({});
  const known = details.flatMap((each) => Detail.safeParse(each).data ?? []);
  const reasons = [
    ...known.flatMap(({ reason }) => reason ?? []),
    ...errors.flatMap((each) => [each.reason ?? "", each.code ?? ""]),
  ].join(" ");
  const said = message === "" ? (errors[0]?.message ?? "") : message;
  const name =
    status ||
    (httpStatus === undefined
      ? typeof code === "number"
        ? (names[code] ?? "UNAVAILABLE")
        : ""
      : nameOf(httpStatus));
  const seconds = Number.parseFloat(known.find(({ retryDelay }) => retryDelay)?.retryDelay ?? "");
  return {
    code: classify(name, reasons, said),
    said,
    retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined,
  };
}

/**
 * Texts that the services write, in the order in which they are looked for. All patterns of a line must be
 * found.
 */
const texts: ReadonlyArray<readonly [LaunchErrorCode, ...RegExp[]]> = [
  ["RATE_LIMITED", /RATE_LIMIT_EXCEEDED|rateLimitExceeded/i],
  ["INSUFFICIENT_CREDIT", /BILLING_DISABLED|billing account|billing is not enabled/i],
  ["NOT_FOUND", /SERVICE_DISABLED|accessNotConfigured/],
  [
    "NO_CAPACITY",
    /RESOURCE_POOL_EXHAUSTED|STOCKOUT|does not have enough resources|insufficient capacity|Resources are insufficient/i,
  ],
  ["RATE_LIMITED", /per minute/i],
  ["QUOTA", /quota/i, /exceed/i],
  ["IMAGE_UNAVAILABLE", /permission to read the image/i],
  ["IMAGE_UNAVAILABLE", /\bimage\b/i, /not found|does not exist|cannot be pulled|unauthorized/i],
];

const byName: Readonly<Record<string, LaunchErrorCode>> = {
  UNAUTHENTICATED: "CREDENTIALS",
  PERMISSION_DENIED: "CREDENTIALS",
  NOT_FOUND: "NOT_FOUND",
  RESOURCE_EXHAUSTED: "RATE_LIMITED",
  INVALID_ARGUMENT: "INVALID_REQUEST",
  FAILED_PRECONDITION: "INVALID_REQUEST",
  OUT_OF_RANGE: "INVALID_REQUEST",
  UNIMPLEMENTED: "INVALID_REQUEST",
  ALREADY_EXISTS: "INVALID_REQUEST",
};

function classify(name: string, reasons: string, said: string): LaunchErrorCode {
  const text = `${reasons} ${said}`;
  const found = texts.find(([, ...patterns]) => patterns.every((pattern) => pattern.test(text)));
  return found?.[0] ?? byName[name] ?? "UNAVAILABLE";
}
