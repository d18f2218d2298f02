/** The kinds of jobs: what the API does for each. A kind without an operation does not compile. */
import type { JobKind } from "../../prisma/generated/enums.ts";
import type { KindOperations } from "../jobs/kind-operations.ts";
import { assetKinds } from "./asset/index.ts";
import { repair } from "./repair/index.ts";
import { transcode } from "./transcode/index.ts";

export { requestDownload } from "./download/request-download.ts";
export { setPoster } from "./poster/set-poster.ts";
export { requestPreview } from "./preview/request-preview.ts";

export const kinds = { TRANSCODE: transcode, REPAIR: repair, ...assetKinds } satisfies Record<
  JobKind,
  KindOperations
>;
