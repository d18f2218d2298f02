/** Workers that check sources: those of the broker, and those of the gateway that a workspace allows. */

import { checkableKinds, Offer, type SourceCheckRequested } from "@reelay/contracts";
import type { Worker } from "../../prisma/generated/client.ts";
import { SourceKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import { type OfferGroup, readOffers } from "../workers/index.ts";
import { MAX_SENDS, RESEND_MS } from "./limits.ts";
import { taskKindOf, whyNoWorker } from "./need.ts";
import { markSent } from "./send-check.ts";

export interface Checkers {
  /** They receive the messages of checks. */
  broker: OfferGroup[];
  /** With those that ask over HTTP. */
  all: OfferGroup[];
}

export async function readCheckers(db: Db, workspaceId: string, now: Date): Promise<Checkers> {
  const broker = await readOffers(db, now, "BROKER");
  const remote = await readOffers(db, now, "GATEWAY");
  if (remote.length === 0) return { broker, all: broker };
  const workspace = await db.workspace.findUnique({
    where: { id: workspaceId },
    select: { workerRealms: true },
  });
  const allowed = remote.filter(
    ({ realm }) => realm !== undefined && workspace?.workerRealms.includes(realm) === true,
  );
  return { broker, all: [...broker, ...allowed] };
}

const drawn = Object.values(SourceKind).filter(
  (kind) => kind !== "URL" && kind !== "UPLOAD" && checkableKinds.includes(taskKindOf(kind)),
);

/**
 * The next check for a worker that asks over HTTP: one that no worker of the broker received, or answered in
 * time, of a workspace that allows the worker's realm. Null: there is none.
 */
export async function takeCheck(
  tx: Tx,
  worker: Pick<Worker, "offer" | "realm" | "isStopping">,
  now: Date,
): Promise<SourceCheckRequested | null> {
  if (worker.isStopping) return null;
  const offer: OfferGroup = { offer: Offer.parse(worker.offer), realm: worker.realm, workers: 1 };
  const kinds = drawn.filter((kind) => whyNoWorker(kind, [offer]) === null);
  if (kinds.length === 0) return null;
  const [due] = await tx.$queryRaw<Array<{ id: string }>>`
    SELECT c.id FROM source_checks c JOIN workspaces w ON w.id = c.workspace_id
    WHERE c.status = 'PENDING' AND c.kind::text = ANY (${kinds}::text[]) AND c.sends < ${MAX_SENDS}
      AND (c.sent_at IS NULL OR c.sent_at < ${new Date(now.getTime() - RESEND_MS)})
      AND ${worker.realm}::"WorkerRealm" = ANY (w.worker_realms)
    ORDER BY c.created_at LIMIT 1 FOR UPDATE OF c SKIP LOCKED`;
  if (due === undefined) return null;
  return await markSent(tx, await tx.sourceCheck.findUniqueOrThrow({ where: { id: due.id } }), now);
}

/** The settings of a pending check that a worker of this realm may do; null: it may not, or it has ended. */
export async function readOpenCheck(
  db: Db,
  { realm }: Pick<Worker, "realm">,
  checkId: string,
): Promise<{ params: unknown } | null> {
  return await db.sourceCheck.findFirst({
    where: { id: checkId, status: "PENDING", workspace: { workerRealms: { has: realm } } },
    select: { params: true },
  });
}
