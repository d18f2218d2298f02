import { writeFile } from "node:fs/promises";

/**
 * When memory runs out the kernel ends this program first (`oom_score_adj` in proc(5)), and never the worker: an attempt is lost then, not
 * all of them. Where there is no such thing nothing happens.
 */
export function offerToKernel(pid: number | undefined): void {
  if (pid !== undefined) void writeFile(`/proc/${pid}/oom_score_adj`, "1000").catch(() => undefined);
}
