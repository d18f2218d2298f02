import { objectKeys, type RecordedError } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import type { PrismaClient, SourceCheck } from "../../prisma/generated/client.ts";
import { failCheck } from "./apply-check-report.ts";
import { readCheckers } from "./checkers.ts";
import { MAX_SENDS, PATIENCE_MS, RESEND_MS } from "./limits.ts";
import { whyNoWorker } from "./need.ts";
import { sendCheck } from "./send-check.ts";

interface SweepDeps {
  db: PrismaClient;
  store: Pick<ObjectStore, "deletePrefix">;
  clock: () => Date;
  log: Pick<Logger, "info" | "warn">;
}

/** Checks per sweep: each may write a text of 512 KiB to the outbox. */
const BATCH = 100;
/** Expired checks per sweep: the pictures of each are a request to the store. */
const EXPIRED_BATCH = 200;

/**
 * Sends checks that no worker has answered, or that had no worker, again; ends those that were sent often
 * enough or waited long enough; and removes expired ones.
 *
 * Locks the rows that it handles and skips those of another process, so any number may sweep.
 */
export async function sweepChecks({ db, store, clock, log }: SweepDeps): Promise<void> {
  const now = clock();
  const expired = await db.sourceCheck.findMany({
    where: { expiresAt: { lt: now } },
    orderBy: { expiresAt: "asc" },
    take: EXPIRED_BATCH,
  });
  await db.sourceCheck.deleteMany({ where: { id: { in: expired.map(({ id }) => id) } } });
  for (const check of expired) await removeStills({ store, log }, check);
  await db.$transaction(async (tx) => {
    const due = await tx.$queryRaw<Array<{ id: string }>>`
      SELECT id FROM source_checks
      WHERE status = 'PENDING' AND (sent_at IS NULL OR sent_at < ${new Date(now.getTime() - RESEND_MS)})
      ORDER BY created_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
    if (due.length === 0) return;
    const checks = await tx.sourceCheck.findMany({ where: { id: { in: due.map(({ id }) => id) } } });
    for (const check of checks) {
      const { broker, all } = await readCheckers(tx, check.workspaceId, now);
      const isForBroker = whyNoWorker(check.kind, broker) === null;
      const next = planNext(check, { reason: whyNoWorker(check.kind, all), isForBroker }, now);
      const fields = { checkId: check.id, sends: check.sends };
      if (next.kind === "SEND") {
        await sendCheck(tx, check, now);
        log.info(fields, "check.sent");
      } else if (next.kind === "FAIL") {
        await failCheck(tx, check.id, now, next.error);
        log.warn({ ...fields, code: next.error.code }, "check.not-answered");
      }
    }
  });
}

/** What cannot be removed now is an orphan, which is removed later. */
export async function removeStills(
  { store, log }: Pick<SweepDeps, "store" | "log">,
  { id, stills }: Pick<SourceCheck, "id" | "stills">,
): Promise<void> {
  if (stills === null) return;
  await store
    .deletePrefix(objectKeys.check(id))
    .catch((error: unknown) => log.warn({ err: error, checkId: id }, "check.stills-not-removed"));
}

type Next = { kind: "WAIT" } | { kind: "SEND" } | { kind: "FAIL"; error: RecordedError };

/**
 * What becomes of a check without an answer. `reason`: why no worker can do it, or null. One that no worker
 * of the broker can do waits until one of the gateway asks for it. Pure.
 */
export function planNext(
  { createdAt, sends }: Pick<SourceCheck, "createdAt" | "sends">,
  { reason, isForBroker }: { reason: string | null; isForBroker: boolean },
  now: Date,
): Next {
  const fail = (code: string, message: string): Next => ({
    kind: "FAIL",
    error: { code, message, scope: "WORKER", retriable: true },
  });
  const waitedMs = now.getTime() - createdAt.getTime();
  if (reason !== null) {
    return waitedMs < PATIENCE_MS ? { kind: "WAIT" } : fail("NO_WORKER", reason);
  }
  if (sends < MAX_SENDS && isForBroker) return { kind: "SEND" };
  if (sends < MAX_SENDS && waitedMs < PATIENCE_MS + MAX_SENDS * RESEND_MS) return { kind: "WAIT" };
  return fail(
    "CHECK_UNANSWERED",
    `No worker has answered within ${(MAX_SENDS * RESEND_MS) / 1000} s. The workers may be overloaded. Check the source again later.`,
  );
}
