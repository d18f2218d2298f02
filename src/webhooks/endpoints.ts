/** Operations on a workspace's endpoints. All require the scope ADMIN. */
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import { ConflictError, InvalidInputError } from "../errors/index.ts";
import { sequenceEvents, type Tx } from "../events/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import type { SecretBox } from "../secrets/index.ts";
import { checkWebhookUrl } from "./check-url.ts";
import { contextOf } from "./endpoint-secrets.ts";
import { checkEventFilter } from "./event-filter.ts";
import { wakeWebhooks } from "./fan-out.ts";
import { lockOwnEndpoint } from "./own-endpoint.ts";
import { createSecret } from "./sign.ts";

export interface WebhookDeps {
  db: PrismaClient;
  clock: () => Date;
  secrets: SecretBox;
  limits: { allowPrivateWebhooks: readonly string[] };
}

/** Each event is sent to each of them. */
const MAX_ENDPOINTS = 50;
const MAX_DESCRIPTION = 500;

interface EndpointInput {
  url?: string | null;
  description?: string | null;
  eventTypes?: readonly string[] | null;
}

/**
 * Adds an endpoint, which receives events from now on. `secret` is shown only here: a repeat with the same
 * `idempotencyKey` gets null. Throws `InvalidInputError` (`WEBHOOK_URL_REFUSED`, `EVENT_TYPE_INVALID`,
 * `DESCRIPTION_INVALID`), `ConflictError` (`WEBHOOK_LIMIT_REACHED`), and the errors of `onceByKey`.
 */
export async function createWebhookEndpoint(
  { db, clock, secrets, limits }: WebhookDeps,
  viewer: Viewer,
  { idempotencyKey, ...input }: EndpointInput & { url: string; idempotencyKey?: string | null },
): Promise<{ endpointId: string; secret: string | null }> {
  requireScope(viewer, "ADMIN");
  const { workspaceId } = viewer;
  const checked = { url: input.url, ...checkInput(input, limits.allowPrivateWebhooks) };
  // Events committed before this call precede the endpoint's start.
  await sequenceEvents(db);
  let secret: string | null = null;
  const request = { workspaceId, key: idempotencyKey, operation: "createWebhookEndpoint", input };
  const endpointId = await onceByKey(db, request, async (tx, id) => {
    if ((await tx.webhookEndpoint.count({ where: { workspaceId } })) >= MAX_ENDPOINTS) {
      throw new ConflictError(
        "WEBHOOK_LIMIT_REACHED",
        `This workspace has ${MAX_ENDPOINTS} webhook endpoints, which is the limit; delete one that is no longer used.`,
      );
    }
    secret = createSecret();
    const now = clock();
    const position = await newestPosition(tx, workspaceId);
    await tx.webhookEndpoint.create({
      data: {
        ...{ ...checked, id, workspaceId, position },
        secret: secrets.encryptSecret(secret, contextOf({ id, workspaceId })),
        ...{ secretCreatedAt: now, createdAt: now },
      },
    });
  });
  return { endpointId, secret };
}

/**
 * Changes the given properties of an endpoint. Pending deliveries go to the new URL. Throws `NotFoundError`,
 * `InvalidInputError`.
 */
export async function updateWebhookEndpoint(
  { db, limits }: WebhookDeps,
  viewer: Viewer,
  endpointId: string,
  input: EndpointInput,
): Promise<void> {
  requireScope(viewer, "ADMIN");
  const data = checkInput(input, limits.allowPrivateWebhooks);
  await db.$transaction(async (tx) => {
    await lockOwnEndpoint(tx, viewer, endpointId);
    await tx.webhookEndpoint.update({ where: { id: endpointId }, data });
  });
}

/** Deletes an endpoint and its deliveries; it receives nothing more. Throws `NotFoundError`. */
export async function deleteWebhookEndpoint(
  { db }: WebhookDeps,
  viewer: Viewer,
  endpointId: string,
): Promise<void> {
  requireScope(viewer, "ADMIN");
  await db.$transaction(async (tx) => {
    await lockOwnEndpoint(tx, viewer, endpointId);
    await tx.webhookEndpoint.delete({ where: { id: endpointId } });
  });
}

const DEFAULT_OVERLAP_MS = 86_400_000;
const MAX_OVERLAP_MS = 7 * 86_400_000;

/**
 * Gives an endpoint a new secret. The current one also signs for `overlapMs` (default a day, at most a week;
 * 0 ends it immediately); an older one ends now. Throws `NotFoundError`, `InvalidInputError`
 * (`OVERLAP_INVALID`).
 */
export async function rotateWebhookSecret(
  { db, clock, secrets }: WebhookDeps,
  viewer: Viewer,
  endpointId: string,
  overlapMs: number = DEFAULT_OVERLAP_MS,
): Promise<{ endpointId: string; secret: string }> {
  requireScope(viewer, "ADMIN");
  if (overlapMs < 0 || overlapMs > MAX_OVERLAP_MS) {
    throw new InvalidInputError(
      "OVERLAP_INVALID",
      "overlapMs",
      `overlapMs: is ${overlapMs}; use 0 to ${MAX_OVERLAP_MS} (a week).`,
    );
  }
  const secret = createSecret();
  const now = clock();
  await db.$transaction(async (tx) => {
    // The stored form moves unread: a secret that no key decrypts any more can still be replaced.
    const { secret: previousSecret, ...endpoint } = await lockOwnEndpoint(tx, viewer, endpointId);
    const previous =
      overlapMs === 0
        ? { previousSecret: null, previousSecretExpiresAt: null }
        : { previousSecret, previousSecretExpiresAt: new Date(now.getTime() + overlapMs) };
    await tx.webhookEndpoint.update({
      where: { id: endpointId },
      data: {
        secret: secrets.encryptSecret(secret, contextOf(endpoint)),
        secretCreatedAt: now,
        ...previous,
      },
    });
  });
  return { endpointId, secret };
}

/**
 * Stops sending to the endpoint until it is enabled again; new events wait in the log. Idempotent. Throws
 * `NotFoundError`.
 */
export async function disableWebhookEndpoint(
  { db, clock }: WebhookDeps,
  viewer: Viewer,
  endpointId: string,
): Promise<void> {
  requireScope(viewer, "ADMIN");
  await db.$transaction(async (tx) => {
    const { status } = await lockOwnEndpoint(tx, viewer, endpointId);
    if (status === "DISABLED") return;
    const why = { disabledReason: "REQUESTED", disabledMessage: "It was disabled on request." } as const;
    await tx.webhookEndpoint.update({
      where: { id: endpointId },
      data: { status: "DISABLED", disabledAt: clock(), ...why },
    });
  });
}

/**
 * Resumes sending. The endpoint receives missed events as far back as the log is kept; with `skipMissed` only
 * new ones, and pending deliveries are dropped. Idempotent. Throws `NotFoundError`.
 */
export async function enableWebhookEndpoint(
  { db, clock }: WebhookDeps,
  viewer: Viewer,
  endpointId: string,
  { skipMissed }: { skipMissed: boolean },
): Promise<void> {
  requireScope(viewer, "ADMIN");
  if (skipMissed) await sequenceEvents(db);
  await db.$transaction(async (tx) => {
    const { status, workspaceId } = await lockOwnEndpoint(tx, viewer, endpointId);
    if (status === "ENABLED") return;
    const position = skipMissed ? { position: await newestPosition(tx, workspaceId) } : {};
    await tx.webhookEndpoint.update({
      where: { id: endpointId },
      data: {
        ...position,
        status: "ENABLED",
        ...{
          disabledAt: null,
          disabledReason: null,
          disabledMessage: null,
          failingSince: null,
          notBefore: null,
        },
      },
    });
    const waiting = { endpointId, state: "PENDING" } as const;
    const now = clock();
    await tx.webhookDelivery.updateMany({
      where: waiting,
      // Its retry schedule starts over: presumably the receiver was fixed.
      data: skipMissed
        ? { state: "CANCELED", settledAt: now, leasedUntil: null }
        : { tries: 0, triedSince: null, nextAttemptAt: now, leasedUntil: null },
    });
    await wakeWebhooks(tx);
  });
}

function checkInput(
  { url, description, eventTypes }: EndpointInput,
  allowPrivate: readonly string[],
): { url?: string; description?: string; eventTypes?: string[] } {
  return {
    ...(typeof url === "string" && { url: checkWebhookUrl(url, allowPrivate) }),
    ...(typeof description === "string" && { description: checkDescription(description) }),
    ...(Array.isArray(eventTypes) && { eventTypes: checkEventFilter(eventTypes) }),
  };
}

function checkDescription(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= MAX_DESCRIPTION && !trimmed.includes("\0") && trimmed.isWellFormed()) return trimmed;
  throw new InvalidInputError(
    "DESCRIPTION_INVALID",
    "description",
    `description: has ${trimmed.length} characters. Use at most ${MAX_DESCRIPTION}, without NUL.`,
  );
}

async function newestPosition(tx: Tx, workspaceId: string): Promise<bigint> {
  const [row] = await tx.$queryRaw<{ newest: bigint | null; forgotten: bigint }[]>`
    SELECT (SELECT max(position) FROM events WHERE workspace_id = w.id) AS newest, forgotten_events AS forgotten
    FROM workspaces w WHERE w.id = ${workspaceId}::uuid`;
  return row?.newest ?? row?.forgotten ?? 0n;
}
