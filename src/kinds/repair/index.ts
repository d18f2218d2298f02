import type { KindOperations } from "../../jobs/kind-operations.ts";
import { toTranscodeParams } from "../transcode/to-params.ts";
import { applyRepair } from "./apply-repair.ts";
import { repairIn } from "./begin-repair.ts";

/** Makes damaged renditions of a finished video again, while the old ones play. */
export const repair: KindOperations = {
  toParams: async (_tx, task, limits) => toTranscodeParams(task, limits),
  apply: applyRepair,
  retry: (tx, deps, { videoId }, newId) => repairIn(tx, deps, { videoId, jobId: newId }),
};
