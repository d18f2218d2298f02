/** Batches: rows of a table that become videos of a template. */
export { createBatchNews } from "./batch-news.ts";
export {
  cancelBatch,
  deleteBatch,
  pauseBatch,
  resumeBatch,
  retryBatch,
  startBatch,
} from "./change-batch.ts";
export type { Replacement } from "./compare-rows.ts";
export { createBatch } from "./create-batch.ts";
export {
  type BatchTaken,
  costByOffer,
  type OfferCost,
  RowMeasure,
  readEstimates,
  readTaken,
  sumTaken,
  type Taken,
} from "./estimate.ts";
export { readExpectedEnds } from "./expect-end.ts";
export { exportBatchRows } from "./export-rows.ts";
export { createManifests, manifestAddress } from "./manifest-address.ts";
export { checkColumns } from "./plan-rows.ts";
export { type BatchPreview, previewBatch } from "./preview-batch.ts";
export { type RowStill, readStills } from "./read-stills.ts";
export { replaceBatchRows } from "./replace-rows.ts";
export { BatchSettings, type DuplicatePolicy } from "./settings.ts";
export { startBatches, workOnBatches } from "./start-batches.ts";
export type { TemplateField } from "./template-fields.ts";
export { watchBatch } from "./watch-batch.ts";
