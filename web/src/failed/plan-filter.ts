import type { ErrorScope, JobFilter } from "../api/documents.ts";

/** Whose fault an error was, as people say it. */
export const scopeWords: Record<ErrorScope, string> = {
  INPUT: "The source's",
  WORKER: "The worker's",
  STORAGE: "The store's",
  QUOTA: "A limit's",
  INTERNAL: "Reelay's",
};

/** Failed jobs that nobody has tried again yet. Pure. */
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
  const done = `${retried} ${retried === 1 ? "job is" : "jobs are"} tried again.`;
  const [first] = skipped;
  if (first === undefined) return done;
  return `${done} ${skipped.length} could not be: ${first.reason.message}`;
}
