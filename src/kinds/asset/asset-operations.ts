import type { KindParams, Profile } from "@reelay/contracts";
import type { Job } from "../../../prisma/generated/client.ts";
import type { Assets } from "../../database/index.ts";
import type { Tx } from "../../events/index.ts";
import type { JobScope, KindOperations, PlannedTask } from "../../jobs/index.ts";
import { type AppliedAsset, applyAsset } from "./apply-asset.ts";
import { retryAssetJob } from "./retry-asset-job.ts";

export type ProfiledJob = JobScope & { profile: unknown };

/** What distinguishes one kind of asset from another. */
export interface AssetTraits extends Pick<KindOperations, "toParams" | "toScope">, AppliedAsset {
  /** What a job needs that makes the asset again after damage. Pure. */
  remake: (
    video: Assets & { durationMs: number | null },
    profile: Profile,
  ) => { params?: KindParams; profile?: Profile };
  /** The task of a render whose profile asks for this asset. Null: nothing is to be made. */
  missing?: (tx: Tx, job: ProfiledJob) => Promise<PlannedTask | null>;
  /** Requests the asset after a render that succeeded, if its profile asks for that. */
  afterRender?: (tx: Tx, job: Job, now: Date) => Promise<void>;
  /** It is made of finished variants, so it waits for them. Default true. See `needsVariants`. */
  needsVariants?: boolean;
  /** It is too small to count against the storage quota. */
  isSmall?: boolean;
}

/**
 * The operations of a kind that produces an asset: one task, one result, and the video stays as it is until
 * then.
 */
export interface AssetOperations
  extends KindOperations,
    Pick<AssetTraits, "remake" | "missing" | "afterRender" | "needsVariants"> {}

export const assetOperations = (traits: AssetTraits): AssetOperations => ({
  ...traits,
  apply: (report) => applyAsset(traits, report),
  retry: (tx, deps, job, newId) =>
    retryAssetJob(tx, deps, { ...job, kind: traits.kind }, { newId, ...traits }),
});
