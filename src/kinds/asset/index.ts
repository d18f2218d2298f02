/** What the kinds that produce one asset of a video share. */

export { type AssetOperations, assetOperations, type ProfiledJob } from "./asset-operations.ts";
export { checkDownload, checkPoster, checkPreview, MOST_HEIGHT } from "./check-request.ts";
export { createAssetJob } from "./create-asset-job.ts";
export { assetUnderWay, jobBefore, lockAskedVideo } from "./lock-asked-video.ts";
export { needsVariants } from "./needs-variants.ts";
