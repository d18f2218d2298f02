import { Prisma } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/index.ts";
import { variantMayRetryAs } from "./may-become.ts";

/** The variants of a job. */
export interface JobScope {
  videoId: string;
  /** Names; empty: the whole ladder. */
  onlyVariants: readonly string[];
}

/** Whether a job renders the variant of this name. */
export const isFor = ({ onlyVariants }: Pick<JobScope, "onlyVariants">, name: string): boolean =>
  onlyVariants.length === 0 || onlyVariants.includes(name);

/** The job's variants that are neither ready nor skipped, without the video's other variants. */
export const unfinishedVariants = ({ videoId, onlyVariants }: JobScope): Prisma.VariantWhereInput => ({
  videoId,
  status: variantMayRetryAs("PENDING"),
  ...(onlyVariants.length > 0 && { name: { in: [...onlyVariants] } }),
});

/**
 * Unfinished variants wait again. The playlist of a previous attempt keeps playing until the next one has
 * segments of its own.
 */
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
