import { repairIn } from "../../damage/begin-repair.ts";
import type { KindOperations } from "../kind-operations.ts";
import { toTranscodeParams } from "../transcode/to-params.ts";
import { applyRepair } from "./apply-repair.ts";

/** Makes damaged renditions of a finished video again, while the old ones play. */
export const repair: KindOperations = {
  toParams: async (_tx, task, limits) => toTranscodeParams(task, limits),
  apply: applyRepair,
  retry: (tx, deps, { videoId }, newId) => repairIn(tx, deps, { videoId, jobId: newId }),
};
