import type { KindOperations } from "../../jobs/kind-operations.ts";
import { applyTranscode } from "./apply-transcode.ts";
import { retryTranscode } from "./retry-transcode.ts";
import { toTranscodeParams } from "./to-params.ts";

/** Turns a source into the variants of a profile. */
export const transcode: KindOperations = {
  toParams: async (_tx, task, limits) => toTranscodeParams(task, limits),
  apply: applyTranscode,
  retry: retryTranscode,
};
