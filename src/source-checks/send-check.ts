import { KindParams, type SourceCheckRequested, StillsRequest } from "@reelay/contracts";
import type { SourceCheck } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/index.ts";
import { addToOutbox } from "../outbox/index.ts";
import { taskKindOf } from "./need.ts";

type Sendable = Pick<SourceCheck, "id" | "kind" | "params" | "script" | "hasRows" | "stills">;

/**
 * Sends a pending check to the workers that offer its kind, and the tools, after the commit. The first answer
 * counts.
 */
export async function sendCheck(
  tx: Tx,
  check: Sendable,
  now: Date,
  tools: readonly string[] = [],
): Promise<void> {
  await addToOutbox(tx, await markSent(tx, check, now, tools));
}

/** The message of a pending check that is sent now. */
export async function markSent(
  tx: Tx,
  { id, kind, params, script, hasRows, stills }: Sendable,
  now: Date,
  tools: readonly string[] = [],
): Promise<SourceCheckRequested> {
  if (script === null) throw new Error(`The check ${id} has ended.`);
  await tx.sourceCheck.update({ where: { id }, data: { sends: { increment: 1 }, sentAt: now } });
  return {
    type: "source.check-requested.v1",
    checkId: id,
    kind: taskKindOf(kind),
    script,
    settings: KindParams.parse(params),
    ...(hasRows && { hasRows }),
    ...(tools.length > 0 && { tools: [...tools] }),
    ...(stills !== null && { stills: StillsRequest.parse(stills) }),
    requestedAt: now.toISOString(),
  };
}
