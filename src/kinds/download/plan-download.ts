import { chooseVariant, type Profile } from "@reelay/contracts";
import type { PlannedTask } from "../../jobs/index.ts";

interface MadeVideo {
  durationMs: number | null;
  /** Null: none. */
  download: unknown;
  variants: Parameters<typeof chooseVariant>[0];
}

/**
 * The last task of a job whose profile requests a download, once everything else is made. Null if there is
 * nothing to do: the download exists, no variant fits, or the job is for some variants only. Pure.
 */
export function planDownload(
  job: { profile: Pick<Profile, "rungs" | "download">; onlyVariants: readonly string[] },
  { durationMs, download, variants }: MadeVideo,
): PlannedTask | null {
  if (job.onlyVariants.length > 0 || download !== null) return null;
  if (chooseVariant(variants, job.profile) === null) return null;
  // A viewer cannot need it before the video's end.
  return { kind: "DOWNLOAD", params: { version: 1 }, dueAfterMs: durationMs ?? 0 };
}
