import { randomUUID } from "node:crypto";
import { type AssetKind, Profile, parseTaskParams } from "@reelay/contracts";
import type { Job } from "../../../prisma/generated/client.ts";
import { assetsOf } from "../../database/index.ts";
import type { Tx } from "../../events/index.ts";
import { canceled, jobUnderWay, settleJob } from "../../jobs/index.ts";
import { createAssetJob } from "../asset/index.ts";
import { assetKinds } from "../asset-kinds.ts";
import type { VideoRows } from "../render/index.ts";

/**
 * Requests the assets of the earlier edition again, and those that were on their way: they are made of its
 * variants. Each stays until its successor is stored. The caller holds the video's lock.
 */
export async function remakeAssets(
  tx: Tx,
  { job, before, after, now }: { job: Job; before: VideoRows; after: VideoRows; now: Date },
): Promise<void> {
  const { workspaceId, videoId } = job;
  const profile = Profile.parse(job.profile);
  for (const kind of Object.keys(assetKinds) as AssetKind[]) {
    const underWay = await jobUnderWay(tx, videoId, kind);
    const keyIn = ({ assets }: VideoRows) => assets.find((asset) => asset.kind === kind)?.key;
    const isNew = keyIn(after) !== undefined && keyIn(after) !== keyIn(before);
    const common = { id: randomUUID(), workspaceId, videoId, kind, profile, isBackground: true };
    if (underWay !== null) {
      const asked = await tx.job.findUniqueOrThrow({ where: { id: underWay.id }, include: { tasks: true } });
      await settleJob(tx, asked, canceled, now);
      const again = { priority: asked.priority, profile: Profile.parse(asked.profile), retryOfId: asked.id };
      const params = parseTaskParams(kind, asked.tasks[0]?.params);
      await createAssetJob(tx, { ...common, ...again, params }, { now, maxActiveJobs: null });
    } else if (!isNew && keyIn(before) !== undefined) {
      const remade = assetKinds[kind].remake({ ...after, ...assetsOf(before) }, profile);
      await createAssetJob(tx, { ...common, priority: "BULK", ...remade }, { now, maxActiveJobs: null });
    }
  }
}
