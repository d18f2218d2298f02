import { isFor, type KindOperations } from "../../jobs/index.ts";
import { applyAccount, applyRender, retryRender } from "../render/index.ts";
import { toAnimationParams } from "./to-params.ts";

/** Draws a script, and turns its frames into the variants of a profile. */
export const animation: KindOperations = {
  toParams: toAnimationParams,
  toScope: ({ job }) => ({ startMs: 0, endMs: null, makes: (name) => isFor(job, name) }),
  apply: applyRender,
  account: applyAccount,
  retry: retryRender,
};
