import { codeOfStatus } from "../../keyed-api.ts";
import type { LaunchErrorCode } from "../../launch-error.ts";

/**
 * Why a server refused. A status outside of 400–499 leaves open whether a machine started, whatever code the
 * server gives, except where it says that it has none. Pure.
 */
export function explainRefusal(status: number, stated: LaunchErrorCode | undefined): LaunchErrorCode {
  if (status === 401 || status === 403) return "CREDENTIALS";
  if (status === 503 && stated === "NO_CAPACITY") return stated;
  if (status < 400 || status > 499) return "UNAVAILABLE";
  return stated ?? (status === 409 ? "NO_CAPACITY" : codeOfStatus(status));
}
