import type { ReportedError } from "@reelay/contracts";
import type { Tx } from "../../../events/index.ts";
import { chargeSource, type StorageLimits } from "../../../quotas/index.ts";
import type { StatePlan, VideoRows } from "./state-plan.ts";

/**
 * Charges the workspace for a source when a report first states its downloaded bytes or its length. Returns
 * why the source is rejected, or null. Announced uploads were charged when the video was created.
 */
export async function chargeReport(
  tx: Tx,
  { rows, plan, now }: { rows: VideoRows; plan: StatePlan; now: Date },
  limits: StorageLimits = {},
): Promise<ReportedError | null> {
  const { receivedAt, probe, sizeBytes } = plan.source;
  const isFetched = rows.source?.kind === "URL" && receivedAt !== undefined;
  const isProbed = probe !== undefined && probe !== null;
  if (!isFetched && !isProbed) return null;
  return await chargeSource(tx, {
    workspaceId: rows.workspaceId,
    videoId: rows.id,
    fetchedBytes: isFetched ? Number(sizeBytes ?? 0) : 0,
    durationMs: isProbed ? (plan.video.durationMs ?? 0) : null,
    now,
    limits,
  });
}
