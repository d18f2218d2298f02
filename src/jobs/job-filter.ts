import type { ErrorScope } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { JobPriority, JobStatus } from "../../prisma/generated/enums.ts";

/** Which jobs: those to which all given conditions apply. */
export interface JobFilter {
  status?: readonly JobStatus[] | null | undefined;
  priority?: readonly JobPriority[] | null | undefined;
  /** A key, not a global id. */
  videoId?: string | null | undefined;
  errorCode?: readonly string[] | null | undefined;
  errorScope?: readonly ErrorScope[] | null | undefined;
  isRetriable?: boolean | null | undefined;
  isSuperseded?: boolean | null | undefined;
  /** Included. */
  createdFrom?: Date | null | undefined;
  /** Not included. */
  createdBefore?: Date | null | undefined;
}

/** As a condition on rows. Codes that Postgres cannot hold match nothing. */
export function jobWhere(filter: JobFilter): Prisma.JobWhereInput {
  const { status, priority, videoId, errorCode, errorScope, isRetriable, isSuperseded } = filter;
  const { createdFrom, createdBefore } = filter;
  return {
    ...(status && { status: { in: [...status] } }),
    ...(priority && { priority: { in: [...priority] } }),
    ...(videoId != null && { videoId }),
    ...(errorCode && { errorCode: { in: errorCode.filter((code) => !code.includes("\0")) } }),
    ...(errorScope && { errorScope: { in: [...errorScope] } }),
    ...(isRetriable != null && { errorRetriable: isRetriable }),
    ...(isSuperseded != null && { isSuperseded }),
    ...((createdFrom || createdBefore) && {
      createdAt: { ...(createdFrom && { gte: createdFrom }), ...(createdBefore && { lt: createdBefore }) },
    }),
  };
}
