import type { KindOperations } from "../../jobs/index.ts";
import { applyRepair } from "./apply-repair.ts";
import { repairIn } from "./begin-repair.ts";

/** Makes damaged renditions of a finished video again, while the old ones play. */
export const repair: KindOperations = {
  apply: applyRepair,
  retry: (tx, deps, { videoId }, newId) => repairIn(tx, deps, { videoId, jobId: newId }),
};
export { REPAIR_PAUSE_MS, repairAutomatically, repairVideo } from "./begin-repair.ts";
