import type { LaunchErrorCode } from "../../launch-error.ts";

const codes: Readonly<Record<number, LaunchErrorCode>> = {
  401: "CREDENTIALS",
  402: "INSUFFICIENT_CREDIT",
  403: "CREDENTIALS",
  404: "NOT_FOUND",
  409: "NO_CAPACITY",
  429: "RATE_LIMITED",
};

/**
 * Why a server refused. A status outside of 400–499 leaves open whether a machine started, whatever code the
 * server gives, except where it says that it has none. Pure.
 */
export function explainRefusal(status: number, stated: LaunchErrorCode | undefined): LaunchErrorCode {
  if (status === 401 || status === 403) return "CREDENTIALS";
  if (status === 503 && stated === "NO_CAPACITY") return stated;
  if (status < 400 || status > 499) return "UNAVAILABLE";
  return stated ?? codes[status] ?? "INVALID_REQUEST";
}
