import { useCallback } from "react";
import { RetryJobsDocument, type RetryJobsInput } from "../api/documents.ts";
import { useTell } from "../shell/toasts.tsx";
import { useAction } from "../ui/use-action.ts";
import { describeRetries } from "./plan-filter.ts";

/** At once; the API takes no more. */
const batch = 500;

/** Tries jobs again: those that are named, or all that a filter matches, batch by batch. */
export function useRetryJobs(onChanged: () => void) {
  const { act, isBusy } = useAction();
  const tell = useTell();
  const retry = useCallback(
    async (which: Pick<RetryJobsInput, "ids" | "filter">) => {
      let retried = 0;
      const skipped: { reason: { message: string } }[] = [];
      let after: string | null = null;
      let hasMore = true;
      while (hasMore) {
        const input: RetryJobsInput = {
          ...which,
          ...(which.filter && { first: batch, after }),
          idempotencyKey: crypto.randomUUID(),
        };
        const data = await act(RetryJobsDocument, { input }, null);
        const result = data?.retryJobs;
        if (result?.__typename !== "RetriedJobs") return;
        retried += result.jobs.length;
        skipped.push(...result.skipped);
        after = result.lastId;
        hasMore = result.hasMore && after !== null;
      }
      tell(describeRetries(retried, skipped), retried > 0 ? "good" : "bad");
      onChanged();
    },
    [act, tell, onChanged],
  );
  return { retry, isBusy };
}
