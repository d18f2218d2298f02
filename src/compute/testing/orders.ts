import { expect } from "vitest";
import type { LaunchOrder } from "../compute-backend.ts";
import { LaunchError } from "../launch-error.ts";

/** Looks like a join token. */
export const JOIN = `rj_${"j".repeat(43)}`;

/** An order as from the launcher. */
export const order: LaunchOrder = {
  name: "reelay-1",
  environment: { WORKER_MODE: "drain", WORKER_JOIN_TOKEN: JOIN },
  secretVariables: ["WORKER_JOIN_TOKEN"],
  endsWithinSeconds: 660,
};

/** The error of a call that must be refused, which shows neither the join token nor these secrets. */
export async function readRefusal(call: Promise<unknown>, secrets: readonly string[]): Promise<LaunchError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!(error instanceof LaunchError))
    throw new Error(`It was not refused: ${JSON.stringify(error)} ${String(error)}`);
  for (const secret of [JOIN, ...secrets]) expect(`${error.message} ${error.said}`).not.toContain(secret);
  return error;
}
