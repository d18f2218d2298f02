import type { CheckedSource, RecordedError } from "@reelay/contracts";
import { Prisma } from "../../prisma/generated/client.ts";
import { errorColumn } from "../database/index.ts";
import type { Tx } from "../events/index.ts";

/** A check has ended: makes the template whose example it drew READY or FAILED, if there is one. */
export async function settleTemplate(
  tx: Tx,
  checkId: string,
  end: { checked: CheckedSource } | { error: RecordedError },
): Promise<void> {
  const where = { checkId, status: "CHECKING" } as const;
  if ("error" in end) {
    await tx.template.updateMany({ where, data: { status: "FAILED", error: errorColumn(end.error) } });
    return;
  }
  const { issues, timeline } = end.checked;
  const isDrawn = timeline !== null && !issues.some(({ severity }) => severity === "ERROR");
  await tx.template.updateMany({
    where,
    data: { status: isDrawn ? "READY" : "FAILED", issues, error: Prisma.DbNull },
  });
}
