import type { PrismaClient } from "../../prisma/generated/client.ts";
import { TEST_TYPE } from "./message.ts";

/** A delivery leased by this process: no other process sends it before `leasedUntil`. */
export interface Claimed {
  id: string;
  endpointId: string;
  workspaceId: string;
  type: string;
  body: string;
  tries: number;
  triedSince: Date | null;
  leasedUntil: Date;
  url: string;
  secret: string;
  previousSecret: string | null;
  previousSecretExpiresAt: Date | null;
}

interface ClaimOptions {
  now: Date;
  leasedUntil: Date;
  /** Maximum concurrent requests of this process to one endpoint. */
  perEndpoint: number;
  /** Maximum number of deliveries to claim now. */
  room: number;
  /** Running requests of this process by endpoint. */
  busy: ReadonlyMap<string, number>;
}

/**
 * Leases due deliveries, for every endpoint up to its capacity, so that a slow one does not hold up others.
 * `SKIP LOCKED` and the lease give each process its own rows; no lock is held during a request, which may
 * take half a minute. Deliveries of a dead process are due again when their lease expires.
 *
 * Messages about one video are sent in order as long as the first try succeeds: each waits until its
 * predecessor has been tried.
 */
export async function claimDue(db: PrismaClient, options: ClaimOptions): Promise<Claimed[]> {
  const { now, leasedUntil, perEndpoint, room, busy } = options;
  return await db.$queryRaw<Claimed[]>`
    WITH due AS MATERIALIZED (
      SELECT d.id FROM webhook_endpoints e
      LEFT JOIN unnest(${[...busy.keys()]}::uuid[], ${[...busy.values()]}::int[]) AS busy (endpoint_id, count) ON busy.endpoint_id = e.id
      CROSS JOIN LATERAL (
        SELECT d.id FROM webhook_deliveries d
        WHERE d.endpoint_id = e.id AND d.state = 'PENDING' AND d.next_attempt_at <= ${now}
          AND (d.leased_until IS NULL OR d.leased_until <= ${now})
          AND (d.type = ${TEST_TYPE} OR (e.status = 'ENABLED' AND (e.not_before IS NULL OR e.not_before <= ${now})))
          AND NOT EXISTS (
            SELECT FROM webhook_deliveries b WHERE b.endpoint_id = d.endpoint_id AND b.video_id = d.video_id
              AND b.state = 'PENDING' AND b.position < d.position AND b.tries = 0)
        ORDER BY d.next_attempt_at, d.position
        LIMIT greatest(0, ${perEndpoint}::int - coalesce(busy.count, 0)) FOR UPDATE OF d SKIP LOCKED
      ) d
      LIMIT ${room}
    )
    UPDATE webhook_deliveries d SET leased_until = ${leasedUntil} FROM due, webhook_endpoints e
    WHERE d.id = due.id AND e.id = d.endpoint_id
    RETURNING d.id, d.endpoint_id AS "endpointId", e.workspace_id AS "workspaceId", d.type, d.body, d.tries, d.tried_since AS "triedSince",
      d.leased_until AS "leasedUntil", e.url, e.secret, e.previous_secret AS "previousSecret",
      e.previous_secret_expires_at AS "previousSecretExpiresAt"`;
}

/** Returns an unsent delivery: it is due immediately, for any process. */
export async function release(db: PrismaClient, { id, leasedUntil }: Claimed): Promise<void> {
  await db.webhookDelivery.updateMany({ where: { id, leasedUntil }, data: { leasedUntil: null } });
}
