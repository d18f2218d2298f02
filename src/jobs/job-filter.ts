import { type ErrorScope, RecordedError } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { JobPriority, JobStatus } from "../../prisma/generated/enums.ts";
import { boundedList } from "../inputs/index.ts";

/** Selects jobs that match all conditions. */
export interface JobFilter {
  status?: readonly JobStatus[] | null | undefined;
  priority?: readonly JobPriority[] | null | undefined;
  /** A row key, not a global id. */
  videoId?: string | null | undefined;
  errorCode?: readonly string[] | null | undefined;
  errorScope?: readonly ErrorScope[] | null | undefined;
  isRetriable?: boolean | null | undefined;
  isSuperseded?: boolean | null | undefined;
  /** Inclusive. */
  createdFrom?: Date | null | undefined;
  /** Exclusive. */
  createdBefore?: Date | null | undefined;
}

/**
 * The filter as a condition on rows. Codes that no error can have match nothing. Throws `InvalidInputError`
 * (`LIST_TOO_LONG`).
 */
export function jobWhere(filter: JobFilter): Prisma.JobWhereInput {
  const { status, priority, videoId, errorCode, errorScope, isRetriable, isSuperseded } = filter;
  const { createdFrom, createdBefore } = filter;
  return {
    ...(status && { status: { in: boundedList("filter.status", status) } }),
    ...(priority && { priority: { in: boundedList("filter.priority", priority) } }),
    ...(videoId != null && { videoId }),
    AND: [
      ...(errorCode ? [errorIs("code", boundedList("filter.errorCode", errorCode))] : []),
      ...(errorScope ? [errorIs("scope", boundedList("filter.errorScope", errorScope))] : []),
      ...(isRetriable == null ? [] : [errorIs("retriable", [isRetriable])]),
    ],
    ...(isSuperseded != null && { isSuperseded }),
    ...((createdFrom || createdBefore) && {
      createdAt: { ...(createdFrom && { gte: createdFrom }), ...(createdBefore && { lt: createdBefore }) },
    }),
  };
}

function errorIs(field: "code" | "scope" | "retriable", values: readonly unknown[]): Prisma.JobWhereInput {
  const possible = values.flatMap((value) => RecordedError.shape[field].safeParse(value).data ?? []);
  // An empty OR would match every row.
  if (possible.length === 0) return { id: { in: [] } };
  return { OR: possible.map((equals) => ({ error: { path: [field], equals } })) };
}
