import { rendersEdition, settlesVideo } from "../../database/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";

/** Whether a job makes the storyboard: its video or edition has none, or a repair replaces it. Pure. */
export function asksForStoryboard({ job }: Pick<TaskWithAll, "job">): boolean {
  if (job.onlyVariants.length > 0) return false;
  const makesVideo = settlesVideo(job.kind) || rendersEdition(job.kind);
  return makesVideo ? job.video.storyboard === null : job.repairs.includes("storyboard");
}
