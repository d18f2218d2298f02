import type { PrismaClient } from "../../prisma/generated/client.ts";
import { answerMs, inTime } from "./in-time.ts";

/** Per client: the call that is under way, and the one that follows it. */
const calls = new WeakMap<PrismaClient, { running: Promise<void>; next?: Promise<void> }>();

/**
 * Gives committed events their places in the log: what was committed before the call has one afterwards, 10,000 a call at most. How and
 * why is told at the procedure, in its migration. Never inside a transaction: Postgres refuses it there.
 *
 * Calls of one process wait for each other here and not in the database, where each would hold a connection: whoever comes while one is
 * under way joins the next, since that one may have looked too early for it. Rejects when there is no answer for `ms`, 15 s by default.
 */
export function sequenceEvents(db: PrismaClient, ms = answerMs): Promise<void> {
  const known = calls.get(db);
  if (known === undefined) return begin(db, ms);
  known.next ??= known.running.then(
    () => begin(db, ms),
    () => begin(db, ms),
  );
  return known.next;
}

function begin(db: PrismaClient, ms: number): Promise<void> {
  const call: { running: Promise<void>; next?: Promise<void> } = {
    running: inTime(callProcedure(db), ms).finally(() => {
      if (call.next === undefined) calls.delete(db);
    }),
  };
  calls.set(db, call);
  return call.running;
}

async function callProcedure(db: PrismaClient): Promise<void> {
  await db.$executeRaw`CALL sequence_events()`;
}
