import type { ErrorScope, JobFilter } from "../api/index.ts";

/** Whose fault an error was, as people say it. */
export const scopeWords: Record<ErrorScope, string> = {
  INPUT: "Source file",
  WORKER: "The worker's",
  STORAGE: "The store's",
  QUOTA: "A limit's",
  INTERNAL: "Reelay's",
};

/** Failed jobs that have not been retried. Pure. */
export const planFailedFilter = (scope: ErrorScope | "", isRetriableOnly: boolean): JobFilter => ({
  status: ["FAILED"],
  isSuperseded: false,
  ...(scope !== "" && { errorScope: [scope] }),
  ...(isRetriableOnly && { isRetriable: true }),
});

/** What became of many that were tried again, in a sentence or two. Pure. */
export function describeRetries(
  retried: number,
  skipped: readonly { reason: { message: string } }[],
): string {
  const done = `Retrying ${retried} ${retried === 1 ? "job" : "jobs"}.`;
  const [first] = skipped;
  if (first === undefined) return done;
  return `${done} ${skipped.length} could not be retried: ${first.reason.message}`;
}
