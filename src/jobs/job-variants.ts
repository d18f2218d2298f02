import { Prisma } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/record-change.ts";
import { variantMayRetryAs } from "./may-become.ts";

/** What of a job says which variants it is for. */
export interface JobScope {
  videoId: string;
  /** Names; empty: the whole ladder. */
  onlyVariants: readonly string[];
}

/** Whether a job may touch the variant of this name. */
export const isFor = ({ onlyVariants }: Pick<JobScope, "onlyVariants">, name: string): boolean =>
  onlyVariants.length === 0 || onlyVariants.includes(name);

/** The job's own variants that are neither made nor needless. Those of the video that it is not for are none of its business. */
export const unfinishedVariants = ({ videoId, onlyVariants }: JobScope): Prisma.VariantWhereInput => ({
  videoId,
  status: variantMayRetryAs("PENDING"),
  ...(onlyVariants.length > 0 && { name: { in: [...onlyVariants] } }),
});

/** Unfinished variants wait again. The playlist of an attempt before goes on playing until the next has segments of its own. */
export async function awaitVariants(tx: Tx, job: JobScope): Promise<void> {
  await tx.variant.updateMany({
    where: unfinishedVariants(job),
    data: {
      status: "PENDING",
      fps: null,
      speed: null,
      etaMs: null,
      error: Prisma.DbNull,
    },
  });
}
