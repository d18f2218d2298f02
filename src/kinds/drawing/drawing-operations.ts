import { isFor, type KindOperations } from "../../jobs/index.ts";
import { applyAccount, applyRender, retryRender } from "../render/index.ts";

/** Operations of a kind whose frames a painter draws: one task makes everything. */
export const drawingOperations = (toParams: NonNullable<KindOperations["toParams"]>): KindOperations => ({
  toParams,
  toScope: ({ job }) => ({ startMs: 0, endMs: null, makes: (name) => isFor(job, name) }),
  apply: applyRender,
  account: applyAccount,
  retry: retryRender,
});
