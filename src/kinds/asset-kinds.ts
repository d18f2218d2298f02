/** The kinds that produce one asset of a video. */
import type { AssetKind } from "@reelay/contracts";
import type { Job } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/index.ts";
import type { PlannedTask } from "../jobs/index.ts";
import type { AssetOperations, ProfiledJob } from "./asset/index.ts";
import { download } from "./download/index.ts";
import { poster } from "./poster/index.ts";
import { preview } from "./preview/index.ts";

export const assetKinds = { POSTER: poster, PREVIEW: preview, DOWNLOAD: download } satisfies Record<
  AssetKind,
  AssetOperations
>;

const operations: readonly AssetOperations[] = Object.values(assetKinds);

/**
 * The tasks of a render that make the assets of its profile, once everything else is made. The caller holds
 * the video's lock.
 */
export async function missingAssets(tx: Tx, job: ProfiledJob): Promise<PlannedTask[]> {
  const tasks: PlannedTask[] = [];
  for (const { missing } of operations) {
    const task = await missing?.(tx, job);
    if (task) tasks.push(task);
  }
  return tasks;
}

/** Requests the assets that a profile has made after its render. The caller holds the video's lock. */
export async function requestAssetsAfter(tx: Tx, job: Job, now: Date): Promise<void> {
  for (const { afterRender } of operations) await afterRender?.(tx, job, now);
}
