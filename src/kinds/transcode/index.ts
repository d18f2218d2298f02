import type { KindOperations } from "../../jobs/index.ts";
import { applyAccount, applyRender, retryRender } from "../render/index.ts";
import { toTranscodeParams } from "./to-params.ts";
import { toScope } from "./to-scope.ts";

/** Turns a source into the variants of a profile. */
export const transcode: KindOperations = {
  toParams: async (_tx, task, limits) => toTranscodeParams(task, limits),
  toScope,
  apply: applyRender,
  account: applyAccount,
  retry: retryRender,
};
