import type { LaunchErrorCode } from "../../launch-error.ts";

const codes: Readonly<Record<number, LaunchErrorCode>> = {
  401: "CREDENTIALS",
  402: "INSUFFICIENT_CREDIT",
  403: "CREDENTIALS",
  404: "NOT_FOUND",
  429: "RATE_LIMITED",
};

/** Why RunPod refused. Pure. */
export const explainStatus = (status: number): LaunchErrorCode =>
  codes[status] ?? (status >= 400 && status < 500 ? "INVALID_REQUEST" : "UNAVAILABLE");
