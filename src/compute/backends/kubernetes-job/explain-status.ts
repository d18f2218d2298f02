import type { LaunchErrorCode } from "../../launch-error.ts";

/**
 * Why the cluster refused, by the status and message of its answer. 403 stands for missing rights, a full
 * quota, and policies. Pure.
 */
export function explainStatus(status: number, message: string): LaunchErrorCode {
  if (status === 401) return "CREDENTIALS";
  if (status === 403) {
    if (/exceeded quota/i.test(message)) return "QUOTA";
    if (/being terminated/i.test(message)) return "NOT_FOUND";
    return / cannot (create|delete|get|list) |^forbidden$|^$/i.test(message)
      ? "CREDENTIALS"
      : "INVALID_REQUEST";
  }
  if (status === 404) return "NOT_FOUND";
  if (status === 429) return "RATE_LIMITED";
  return status >= 400 && status < 500 ? "INVALID_REQUEST" : "UNAVAILABLE";
}
