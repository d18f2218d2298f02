import { type CheckReport, type RecordedError, type Report } from "@reelay/contracts";
import { Prisma, type PrismaClient } from "../../prisma/generated/client.ts";
import { errorColumn } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import { settleTemplate } from "../templates/index.ts";
import { estimateCost } from "./estimate-cost.ts";
import { KEPT_MS, MAX_SENDS } from "./limits.ts";
import { sendCheck } from "./send-check.ts";

interface Deps {
  db: PrismaClient;
  clock: () => Date;
}

export const isCheckReport = (report: Report): report is CheckReport =>
  report.type === "source.checked.v1" || report.type === "source.check-failed.v1";

/**
 * Applies a worker's answer. The first result ends the check, and later ones change nothing. A failure that
 * another try may avoid sends the check again.
 *
 * Locks the row, so that of two answers the second finds the check ended.
 */
export async function applyCheckReport({ db, clock }: Deps, report: CheckReport): Promise<void> {
  const now = clock();
  await db.$transaction(async (tx) => {
    const [locked] = await tx.$queryRaw<Array<{ id: string }>>`
      SELECT id FROM source_checks WHERE id = ${report.checkId}::uuid AND status = 'PENDING' FOR UPDATE`;
    if (locked === undefined) return;
    const check = await tx.sourceCheck.findUniqueOrThrow({ where: { id: locked.id } });
    if (report.type === "source.checked.v1") {
      const { timeline } = report.checked;
      const estimate = timeline && (await estimateCost(tx, check, timeline));
      await end(tx, check.id, now, {
        status: "SUCCEEDED",
        result: report.checked,
        estimate: estimate ?? Prisma.DbNull,
      });
      await settleTemplate(tx, check.id, { checked: report.checked });
    } else if (report.error.retriable && check.sends < MAX_SENDS) await sendCheck(tx, check, now);
    else await failCheck(tx, check.id, now, report.error);
  });
}

/** Ends a pending check without a result. */
export async function failCheck(tx: Tx, id: string, now: Date, error: RecordedError): Promise<void> {
  await end(tx, id, now, { status: "FAILED", error: errorColumn(error) });
  await settleTemplate(tx, id, { error });
}

const end = (tx: Tx, id: string, now: Date, data: Prisma.SourceCheckUpdateInput): Promise<unknown> =>
  tx.sourceCheck.update({
    where: { id },
    data: { ...data, script: null, endedAt: now, expiresAt: new Date(now.getTime() + KEPT_MS) },
  });
