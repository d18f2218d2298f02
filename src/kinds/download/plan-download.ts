import { chooseVariant, type Profile } from "@reelay/contracts";
import type { PlannedTask } from "../../jobs/create-rest-tasks.ts";

interface MadeVideo {
  durationMs: number | null;
  /** Null: there is none. */
  download: unknown;
  variants: Parameters<typeof chooseVariant>[0];
}

/**
 * The last task of a job whose profile asks for a download, when all else is made and no task made that, too; null where there is nothing to make:
 * it is there, no variant fits, or the job is for some variants only. Pure.
 */
export function planDownload(
  job: { profile: Pick<Profile, "rungs" | "download">; onlyVariants: readonly string[] },
  { durationMs, download, variants }: MadeVideo,
): PlannedTask | null {
  if (job.onlyVariants.length > 0 || download !== null) return null;
  if (chooseVariant(variants, job.profile) === null) return null;
  // Nobody can have watched it to its end before.
  return { kind: "DOWNLOAD", startMs: 0, endMs: null, renditions: [], dueAfterMs: durationMs ?? 0 };
}
