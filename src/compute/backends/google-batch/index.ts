/** Workers as jobs of Google Batch. */
export { googleBatch } from "./google-batch.ts";
