import { Profile } from "@reelay/contracts";
import { assetsOf } from "../../database/index.ts";
import type { Tx } from "../../events/index.ts";
import type { PlannedTask } from "../../jobs/index.ts";
import type { ProfiledJob } from "../asset/index.ts";
import { planDownload } from "./plan-download.ts";

/** `planDownload` for the current rows. The caller holds the video's lock. */
export async function missingDownload(
  tx: Tx,
  { videoId, onlyVariants, ...job }: ProfiledJob,
): Promise<PlannedTask | null> {
  const profile = Profile.parse(job.profile);
  if (!profile.download) return null;
  const include = { assets: true, variants: true };
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include });
  return planDownload({ profile, onlyVariants }, { ...video, ...assetsOf(video) });
}
