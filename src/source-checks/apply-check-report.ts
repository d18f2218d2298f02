import { type CheckReport, Offer, type RecordedError, type Report } from "@reelay/contracts";
import { Prisma, type PrismaClient, type SourceCheck, type Worker } from "../../prisma/generated/client.ts";
import { errorColumn } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import { toolMissed } from "../jobs/index.ts";
import { settleTemplate } from "../templates/index.ts";
import { type OfferGroup, readOffers } from "../workers/index.ts";
import { estimateCost } from "./estimate-cost.ts";
import { KEPT_MS, MAX_SENDS } from "./limits.ts";
import { taskKindOf, whyNoWorker } from "./need.ts";
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
      const tools = await toolsElsewhere(tx, check, report, now);
      if (tools.length > 0) return await sendCheck(tx, check, now, tools);
      const { timeline, speechCharacters } = report.checked;
      const estimate = timeline && (await estimateCost(tx, check, { ...timeline, speechCharacters }));
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

/** Tools that the worker of the check did not have, if another one has them and has not been asked yet. */
async function toolsElsewhere(
  tx: Tx,
  { kind, sends }: Pick<SourceCheck, "kind" | "sends">,
  { checked, workerId }: Extract<CheckReport, { type: "source.checked.v1" }>,
  now: Date,
): Promise<string[]> {
  const missed = checked.issues.flatMap(({ code }) => toolMissed(taskKindOf(kind), code) ?? []);
  if (missed.length === 0 || sends >= MAX_SENDS) return [];
  const asked = await tx.worker.findUnique({ where: { id: workerId } });
  const others = await readOffers(tx, now, "BROKER");
  const hadThem = asked !== null && whyNoWorker(kind, [groupOf(asked)], missed) === null;
  return hadThem || whyNoWorker(kind, others, missed) !== null ? [] : missed;
}

const groupOf = ({ offer, realm }: Worker): OfferGroup => ({
  ...{ offer: Offer.parse(offer), realm, workers: 1 },
});

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
