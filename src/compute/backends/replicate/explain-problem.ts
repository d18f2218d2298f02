import { z } from "zod";
import type { LaunchErrorCode } from "../../launch-error.ts";

const Problem = z.object({ title: z.string().default(""), detail: z.string().default("") });

const codes: Readonly<Record<number, LaunchErrorCode>> = {
  401: "CREDENTIALS",
  402: "INSUFFICIENT_CREDIT",
  403: "CREDENTIALS",
  404: "NOT_FOUND",
  429: "RATE_LIMITED",
};

/** Why Replicate refused. Pure. */
export function explainProblem(status: number, json: unknown): { code: LaunchErrorCode; said: string } {
  const { title = "", detail = "" } = Problem.safeParse(json).data ?? {};
  return {
    code: codes[status] ?? (status >= 400 && status < 500 ? "INVALID_REQUEST" : "UNAVAILABLE"),
    said: [title, detail].filter((text) => text !== "").join(": "),
  };
}
