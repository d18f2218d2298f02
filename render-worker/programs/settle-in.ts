import { writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { processTree } from "./process-tree.ts";

/** A jail starts its processes within milliseconds. What they start later inherits both. */
const looksMs = [20, 100];

/**
 * Offers a program to the kernel as the first to end when memory runs out (`oom_score_adj` in proc(5)), never the worker: one attempt is lost
 * then, not all of them. Gives it its priority. Where the system has neither, or does not allow it, nothing happens.
 */
export function settleIn(pid: number, priority: number | undefined): Disposable {
  const settle = () => {
    for (const each of processTree(pid)) {
      void writeFile(`/proc/${each}/oom_score_adj`, "1000").catch(() => undefined);
      if (priority !== undefined) lower(each, priority);
    }
  };
  settle();
  const timers = looksMs.map((ms) => setTimeout(settle, ms).unref());
  return {
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function lower(pid: number, priority: number): void {
  try {
    setPriority(pid, priority);
  } catch {
    // It has ended already, or the system does not allow it: it competes.
  }
}
