import { Profile } from "@reelay/contracts";
import type { Tx } from "../../events/record-change.ts";
import type { PlannedTask } from "../../jobs/create-rest-tasks.ts";
import type { JobScope } from "../../jobs/job-variants.ts";
import { planDownload } from "./plan-download.ts";

/** `planDownload` for the current rows. The caller holds the video's lock. */
export async function missingDownload(
  tx: Tx,
  { videoId, onlyVariants, ...job }: JobScope & { profile: unknown },
): Promise<PlannedTask | null> {
  const profile = Profile.parse(job.profile);
  if (!profile.download) return null;
  const select = { durationMs: true, download: true, variants: true } as const;
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId }, select });
  return planDownload({ profile, onlyVariants }, video);
}
