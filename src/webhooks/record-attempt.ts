import type { PrismaClient } from "../../prisma/generated/client.ts";
import { recordWorkspaceEvent, type Tx } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import type { Claimed } from "./claim.ts";
import { wakeWebhooks } from "./fan-out.ts";
import { TEST_TYPE } from "./message.ts";
import { type Outcome, planOutcome } from "./plan-outcome.ts";
import type { Answer } from "./send.ts";

interface Attempted {
  claimed: Claimed;
  startedAt: Date;
  headers: Record<string, string>;
  answer: Answer;
}

/**
 * A receiver without a success for this long was unavailable; all pending deliveries are sent as soon as one
 * succeeds.
 */
const AWAY_MS = 300_000;
/** Maximum age of `last_succeeded_at`: not every success is worth a write. */
const FRESH_MS = 10_000;

/**
 * Records an attempt and its consequences for its delivery and endpoint. Null, with nothing written, if the
 * lease was lost in the meantime: its new holder sends the delivery again.
 *
 * Locks the endpoint before the delivery, in the same order as changes of endpoints.
 */
export async function recordAttempt(
  db: PrismaClient,
  { claimed, startedAt, headers, answer }: Attempted,
  now: Date,
): Promise<Outcome | null> {
  const { id, endpointId, leasedUntil } = claimed;
  const isTest = claimed.type === TEST_TYPE;
  const tries = claimed.tries + 1;
  const triedSince = claimed.triedSince ?? startedAt;
  return await db.$transaction(async (tx) => {
    const endpoint = await noteAtEndpoint(tx, {
      endpointId,
      startedAt,
      now,
      isTest,
      isTaken: answer.error === null,
    });
    const outcome = planOutcome(
      { tries, triedSince, isTest, endpoint: { ...endpoint, url: claimed.url } },
      answer,
      now,
    );
    const { count } = await tx.webhookDelivery.updateMany({
      where: { id, leasedUntil, state: "PENDING" },
      data: {
        state: outcome.state,
        tries,
        triedSince,
        leasedUntil: null,
        attemptCount: { increment: 1 },
        ...(outcome.nextAttemptAt ? { nextAttemptAt: outcome.nextAttemptAt } : { settledAt: now }),
      },
    });
    if (count === 0) return null;
    const { attemptCount: number } = await tx.webhookDelivery.findUniqueOrThrow({
      where: { id },
      select: { attemptCount: true },
    });
    await tx.webhookAttempt.create({
      data: {
        ...{ deliveryId: id, number, startedAt, requestUrl: claimed.url, requestHeaders: headers },
        durationMs: answer.durationMs,
        responseStatus: answer.status,
        ...(answer.headers && { responseHeaders: answer.headers }),
        responseBody: answer.body,
        isResponseCut: answer.isCut,
        errorCode: answer.error?.code ?? null,
        errorMessage: answer.error?.message ?? null,
      },
    });
    const { pauseUntil, disable } = outcome;
    if (pauseUntil)
      await tx.webhookEndpoint.update({ where: { id: endpointId }, data: { notBefore: pauseUntil } });
    if (disable) await disableFor(tx, claimed, disable, now);
    return outcome;
  });
}

/** Stores the endpoint's health. Resolves to the start of its failures before this attempt. */
async function noteAtEndpoint(
  tx: Tx,
  {
    endpointId,
    startedAt,
    now,
    isTest,
    isTaken,
  }: { endpointId: string; startedAt: Date; now: Date; isTest: boolean; isTaken: boolean },
): Promise<{ failingSince: Date | null }> {
  if (isTest) return { failingSince: null };
  if (!isTaken) {
    const [row] = await tx.$queryRaw<{ failingSince: Date }[]>`
      UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, ${startedAt}::timestamptz) WHERE id = ${endpointId}::uuid
      RETURNING failing_since AS "failingSince"`;
    return { failingSince: row?.failingSince ?? null };
  }
  const [row] = await tx.$queryRaw<{ failingSince: Date | null }[]>`
    WITH before AS (
      SELECT id, failing_since FROM webhook_endpoints WHERE id = ${endpointId}::uuid
        AND (failing_since IS NOT NULL OR last_succeeded_at IS NULL OR last_succeeded_at < ${new Date(now.getTime() - FRESH_MS)}) FOR UPDATE
    )
    UPDATE webhook_endpoints e SET failing_since = NULL, last_succeeded_at = ${now} FROM before WHERE e.id = before.id
    RETURNING before.failing_since AS "failingSince"`;
  const failingSince = row?.failingSince ?? null;
  if (failingSince !== null && now.getTime() - failingSince.getTime() >= AWAY_MS)
    await bringForward(tx, endpointId, now);
  return { failingSince };
}

/** The receiver is back: deliveries that wait for a retry are sent immediately, without using up a try. */
async function bringForward(tx: Tx, endpointId: string, now: Date): Promise<void> {
  const count = await tx.$executeRaw`
    UPDATE webhook_deliveries SET next_attempt_at = ${now}, tries = greatest(tries - 1, 0)
    WHERE endpoint_id = ${endpointId}::uuid AND state = 'PENDING' AND next_attempt_at > ${now} AND leased_until IS NULL`;
  if (count > 0) await wakeWebhooks(tx);
}

/** Stops sending until the endpoint is enabled again; logged once. */
async function disableFor(
  tx: Tx,
  { endpointId, workspaceId, url }: Claimed,
  { reason, message }: NonNullable<Outcome["disable"]>,
  now: Date,
): Promise<void> {
  const { count } = await tx.webhookEndpoint.updateMany({
    where: { id: endpointId, status: "ENABLED" },
    data: { status: "DISABLED", disabledAt: now, disabledReason: reason, disabledMessage: message },
  });
  if (count === 0) return;
  const data = { endpointId: encodeGlobalId("WebhookEndpoint", endpointId), url, reason, message };
  await recordWorkspaceEvent(tx, workspaceId, { type: "webhook.disabled", data });
}
