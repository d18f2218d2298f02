import type { ErrorScope } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { JobPriority, JobStatus } from "../../prisma/generated/enums.ts";
import { boundedList } from "../bounded-list.ts";

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

/** The filter as a condition on rows; codes that PostgreSQL cannot store match nothing. Throws `InvalidInputError` (`LIST_TOO_LONG`). */
export function jobWhere(filter: JobFilter): Prisma.JobWhereInput {
  const { status, priority, videoId, errorCode, errorScope, isRetriable, isSuperseded } = filter;
  const { createdFrom, createdBefore } = filter;
  return {
    ...(status && { status: { in: boundedList("filter.status", status) } }),
    ...(priority && { priority: { in: boundedList("filter.priority", priority) } }),
    ...(videoId != null && { videoId }),
    ...(errorCode && {
      errorCode: { in: boundedList("filter.errorCode", errorCode).filter((code) => !code.includes("\0")) },
    }),
    ...(errorScope && { errorScope: { in: boundedList("filter.errorScope", errorScope) } }),
    ...(isRetriable != null && { errorRetriable: isRetriable }),
    ...(isSuperseded != null && { isSuperseded }),
    ...((createdFrom || createdBefore) && {
      createdAt: { ...(createdFrom && { gte: createdFrom }), ...(createdBefore && { lt: createdBefore }) },
    }),
  };
}
