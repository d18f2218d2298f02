import { randomUUID } from "node:crypto";
import { requireScope, type Viewer } from "../auth/index.ts";
import { ConflictError, NotFoundError } from "../errors/index.ts";
import type { WebhookDeps } from "./endpoints.ts";
import { wakeWebhooks } from "./fan-out.ts";
import { TEST_TYPE, testBody } from "./message.ts";
import { lockOwnEndpoint } from "./own-endpoint.ts";

const again = (now: Date) =>
  ({
    state: "PENDING",
    tries: 0,
    triedSince: null,
    nextAttemptAt: now,
    leasedUntil: null,
    settledAt: null,
  }) as const;

/**
 * Sends one delivery again now, whatever its state: the same body under the same message id, with a new
 * schedule. Throws `NotFoundError` (`WEBHOOK_DELIVERY_NOT_FOUND`), `ConflictError` (`WEBHOOK_DISABLED`,
 * `WEBHOOK_IN_FLIGHT`).
 */
export async function redeliverWebhook(
  { db, clock }: WebhookDeps,
  viewer: Viewer,
  deliveryId: string,
): Promise<void> {
  requireScope(viewer, "ADMIN");
  const { workspaceId } = viewer;
  await db.$transaction(async (tx) => {
    const where = { id: deliveryId, endpoint: { workspaceId } };
    const found = await tx.webhookDelivery.findUnique({ where, select: { endpointId: true } });
    if (found === null) throw deliveryNotFound();
    assertEnabled(await lockOwnEndpoint(tx, viewer, found.endpointId));
    const now = clock();
    const { count } = await tx.webhookDelivery.updateMany({
      where: { id: deliveryId, OR: [{ leasedUntil: null }, { leasedUntil: { lte: now } }] },
      data: again(now),
    });
    if (count === 0) {
      throw new ConflictError(
        "WEBHOOK_IN_FLIGHT",
        "This delivery is being sent right now. Wait for its result first.",
      );
    }
    await wakeWebhooks(tx);
  });
}

/**
 * Sends permanently failed and dropped deliveries again, for events since a time. Resolves to their number.
 * Idempotent: pending ones are unchanged. Throws `NotFoundError`, `ConflictError` (`WEBHOOK_DISABLED`).
 */
export async function redeliverFailedWebhooks(
  { db, clock }: WebhookDeps,
  viewer: Viewer,
  { endpointId, since }: { endpointId: string; since: Date },
): Promise<number> {
  requireScope(viewer, "ADMIN");
  return await db.$transaction(async (tx) => {
    assertEnabled(await lockOwnEndpoint(tx, viewer, endpointId));
    const { count } = await tx.webhookDelivery.updateMany({
      where: {
        endpointId,
        state: { in: ["FAILED", "CANCELED"] },
        eventAt: { gte: atLeastEpoch(since) },
        type: { not: TEST_TYPE },
      },
      data: again(clock()),
    });
    if (count > 0) await wakeWebhooks(tx);
    return count;
  });
}

/**
 * Sends a test message once, even to a disabled endpoint. Resolves to its delivery. Throws `NotFoundError`.
 */
export async function sendTestWebhook(
  { db, clock }: WebhookDeps,
  viewer: Viewer,
  endpointId: string,
): Promise<string> {
  requireScope(viewer, "ADMIN");
  const id = randomUUID();
  await db.$transaction(async (tx) => {
    await lockOwnEndpoint(tx, viewer, endpointId);
    const now = clock();
    await tx.webhookDelivery.create({
      data: {
        id,
        endpointId,
        type: TEST_TYPE,
        eventAt: now,
        nextAttemptAt: now,
        createdAt: now,
        body: testBody(endpointId, now),
      },
    });
  });
  return id;
}

/** No delivery is older, and Postgres does not support every year that clients may send. */
const atLeastEpoch = (time: Date): Date => (time.getTime() < 0 ? new Date(0) : time);

function assertEnabled({
  status,
  disabledMessage,
}: {
  status: string;
  disabledMessage: string | null;
}): void {
  if (status === "ENABLED") return;
  throw new ConflictError(
    "WEBHOOK_DISABLED",
    `This webhook endpoint is disabled: ${disabledMessage ?? ""} Enable it first: it then receives the missed events.`,
  );
}

const deliveryNotFound = (): NotFoundError =>
  new NotFoundError(
    "WEBHOOK_DELIVERY_NOT_FOUND",
    "There is no such webhook delivery in this workspace: its endpoint was deleted, or its retention has ended. `WebhookEndpoint.deliveries` lists those that exist.",
  );
