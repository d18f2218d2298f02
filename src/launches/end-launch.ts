import type { PrismaClient } from "../../prisma/generated/client.ts";
import { recordOperatorEvents, type Tx } from "../events/index.ts";
import { spentMicros } from "../prices/index.ts";
import { openForMs } from "./circuit.ts";
import { eventOfEnd, eventOfOpening } from "./launch-events.ts";

export interface LaunchEnd {
  /** `FAILED`: no worker joined. */
  is: "ENDED" | "FAILED";
  code: string;
  /** A clause, without a period. */
  reason: string;
  /** The reason without what the provider said, for events. Default: the reason. */
  shown?: string;
  launch: {
    id: string;
    target: string;
    plannedAt: Date;
    /** As it was judged. */
    workerId: string | null;
    lastSeenAt: Date | null;
    hasWorked?: boolean;
  };
  /** When the provider wants the next request. */
  retryAfterMs: number | null;
  /** The provider has refused the order: its target failed, also if the launch goes on. Default false. */
  isRefused?: boolean;
}

/** These end launches as they should end. */
const harmless: ReadonlySet<string> = new Set(["DRAINED", "OVERDUE"]);

/**
 * Ends a launch, once, and counts a failure of its target. Its token and its worker's are refused from now
 * on, so whatever still runs there leaves. False: it had ended, a worker joined, or its worker has reported.
 */
export const endLaunch = (db: PrismaClient, ended: LaunchEnd, now: Date): Promise<boolean> =>
  db.$transaction(async (tx) => {
    const { launch, is, code, reason, shown = reason } = ended;
    const [row] = await tx.$queryRaw<Array<{ tokenId: string }>>`
      SELECT join_token_id AS "tokenId" FROM launches WHERE id = ${launch.id}::uuid AND ended_at IS NULL FOR UPDATE`;
    if (row === undefined || !(await revoke(tx, row.tokenId, ended, now))) {
      if (ended.isRefused === true) await countFailure(tx, ended, now);
      return false;
    }
    const { target, workerId } = launch;
    const machine = await tx.launch.update({
      where: { id: launch.id },
      data: { status: is, endedAt: now, endCode: code, endReason: reason, sealedToken: null },
    });
    const costMicros = spentMicros(machine, now);
    const end = { id: launch.id, target, workerId, is, code, reason: shown, costMicros };
    await recordOperatorEvents(tx, [eventOfEnd(end)]);
    await countFailure(tx, ended, now);
    return true;
  });

async function revoke(tx: Tx, tokenId: string, { is, code, launch }: LaunchEnd, now: Date): Promise<boolean> {
  if (is === "FAILED") {
    const { count } = await tx.joinToken.updateMany({
      where: { id: tokenId, usedAt: null },
      data: { revokedAt: now },
    });
    return count === 1;
  }
  await tx.joinToken.update({ where: { id: tokenId }, data: { revokedAt: now } });
  const { workerId, lastSeenAt } = launch;
  if (workerId === null) return true;
  const { count } = await tx.worker.updateMany({
    where: { id: workerId, ...(lastSeenAt && code !== "OVERDUE" && { lastSeenAt: { lte: lastSeenAt } }) },
    data: { tokenUntil: now, isStopping: true },
  });
  if (count === 1 || lastSeenAt === null) return true;
  await tx.joinToken.update({ where: { id: tokenId }, data: { revokedAt: null } });
  return false;
}

async function countFailure(tx: Tx, ended: LaunchEnd, now: Date): Promise<void> {
  const { launch, code, reason, shown = reason, retryAfterMs } = ended;
  const name = launch.target;
  // Its machine may still run: it is looked for at once.
  const nextListAt = new Date(0);
  await tx.launchTarget.upsert({ where: { name }, create: { name }, update: { nextListAt } });
  if (harmless.has(code) || launch.hasWorked === true) return;
  const [known] = await tx.$queryRaw<
    Array<{ failures: number; openedAt: Date | null; openUntil: Date | null }>
  >`SELECT failures, opened_at AS "openedAt", open_until AS "openUntil" FROM launch_targets WHERE name = ${name} FOR UPDATE`;
  // Launches that were planned together fail together, which is one failure.
  if (known?.openedAt && known.openedAt > launch.plannedAt) return await postpone(tx, ended, now);
  const failures = (known?.failures ?? 0) + 1;
  const forMs = openForMs(failures, code, retryAfterMs);
  // What a provider has asked for before holds as well.
  const openUntil = new Date(Math.max(now.getTime() + forMs, known?.openUntil?.getTime() ?? 0));
  await tx.launchTarget.update({
    where: { name },
    data: { failures, openedAt: now, openUntil, code, reason },
  });
  await recordOperatorEvents(tx, [
    eventOfOpening({ target: name, code, reason: shown, failures, openUntil }),
  ]);
}

/** The time that a provider names holds, also if its refusal is no further failure. */
async function postpone(tx: Tx, { launch, code, reason, retryAfterMs }: LaunchEnd, now: Date): Promise<void> {
  if (retryAfterMs === null) return;
  const openUntil = new Date(now.getTime() + openForMs(1, code, retryAfterMs));
  await tx.launchTarget.updateMany({
    where: { name: launch.target, OR: [{ openUntil: null }, { openUntil: { lt: openUntil } }] },
    data: { openedAt: now, openUntil, code, reason },
  });
}
