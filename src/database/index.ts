/** Access to PostgreSQL: client, transactions, notifications and loops over its rows. */

export { type Assets, assetColumns, assetsOf, toAssetRow, writeAsset } from "./assets.ts";
export { createDatabase } from "./database.ts";
export { type Db, isLockTimeout, isUniqueViolation, storeTransaction } from "./db.ts";
export { errorColumn, errorOf } from "./error-column.ts";
export {
  assetJobKinds,
  editionJobKind,
  firstTaskOf,
  firstVideoTasks,
  isMedia,
  isRenderingJob,
  isVideoJob,
  type JobKind,
  renderingJobKinds,
  rendersEdition,
  replacingJobKinds,
  settlesVideo,
  type TaskKind,
  videoJobKinds,
  videoKindOf,
  wireKindOf,
} from "./job-kinds.ts";
export { listen } from "./listen.ts";
export { startWorkLoop } from "./work-loop.ts";
