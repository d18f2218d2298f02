/** The kinds of jobs. A kind without an operation does not compile. */
import type { JobKind } from "../database/job-kinds.ts";
import type { KindOperations } from "../jobs/kind-operations.ts";
import { assetKinds } from "./asset-kinds.ts";
import { repair } from "./repair/index.ts";
import { transcode } from "./transcode/index.ts";

export const kinds = { TRANSCODE: transcode, REPAIR: repair, ...assetKinds } satisfies Record<
  JobKind,
  KindOperations
>;
