import type { Profile } from "@reelay/contracts";
import type { Video } from "../../../prisma/generated/client.ts";
import type { KindOperations } from "../../jobs/kind-operations.ts";
import { type AppliedAsset, applyAsset } from "./apply-asset.ts";
import { retryAssetJob } from "./retry-asset-job.ts";

/** What distinguishes one kind of asset from another. */
export interface AssetTraits extends Pick<KindOperations, "toParams">, AppliedAsset {
  /** What a job needs that makes the asset again after damage. Pure. */
  remake: (
    video: Pick<Video, "posterAtMs" | "durationMs" | "download">,
    profile: Profile,
  ) => { atMs?: number; profile?: Profile };
  /** It is too small to count against the storage quota. */
  isSmall?: boolean;
}

/**
 * The operations of a kind that produces an asset: one task, one result, and the video stays as it is until
 * then.
 */
export interface AssetOperations extends KindOperations, Pick<AssetTraits, "remake"> {}

export const assetOperations = (traits: AssetTraits): AssetOperations => ({
  toParams: traits.toParams,
  remake: traits.remake,
  apply: (report) => applyAsset(traits, report),
  retry: (tx, deps, job, newId) =>
    retryAssetJob(tx, deps, { ...job, kind: traits.kind }, { newId, ...traits }),
});
