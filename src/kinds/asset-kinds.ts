/** The kinds that produce one asset of a video. */
import type { AssetKind } from "@reelay/contracts";
import type { AssetOperations } from "./asset/asset-operations.ts";
import { download } from "./download/index.ts";
import { poster } from "./poster/index.ts";
import { preview } from "./preview/index.ts";

export const assetKinds = { POSTER: poster, PREVIEW: preview, DOWNLOAD: download } satisfies Record<
  AssetKind,
  AssetOperations
>;
