import type { PrismaClient } from "../../prisma/generated/client.ts";
import { ANSWER_MS, inTime } from "./in-time.ts";

/** Per client: the running call, and the one that follows it. */
const calls = new WeakMap<PrismaClient, { running: Promise<void>; next?: Promise<void> }>();

/**
 * Gives committed events their positions in the log: every event committed before the call has one
 * afterwards, at most 10,000 per call. The procedure's migration explains how and why. Never call it inside a
 * transaction: Postgres refuses it there.
 *
 * Calls of one process queue here and not in the database, where each would hold a connection. A call during
 * a running one joins the next, since the running one may have read too early. Rejects without an answer
 * within `ms`, 15 s by default.
 */
export function sequenceEvents(db: PrismaClient, ms = ANSWER_MS): Promise<void> {
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
