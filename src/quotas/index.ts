export { checkActiveJobs, readActiveJobs, withinActiveJobs } from "./active-jobs.ts";
export {
  admitSource,
  assertRoom,
  chargeEdition,
  chargeSource,
  checkSource,
  readRoom,
} from "./admit-source.ts";
export type { StorageLimits } from "./limits.ts";
export { type QuotaState, readQuotas } from "./read-quotas.ts";
export { setQuotas } from "./set-quotas.ts";
export { createQuotaUpkeep } from "./sum-stored-bytes.ts";
