import { useQuery } from "@apollo/client/react";
import { useCallback, useId, useState } from "react";
import { Link } from "wouter";
import {
  type ErrorScope,
  FailedJobsDocument,
  type FailedJobsQuery,
  type JobFilter,
  RetryJobsDocument,
  type RetryJobsInput,
} from "../api/documents.ts";
import { explain } from "../api/explain.ts";
import { count } from "../format/numbers.ts";
import { useEvents } from "../live/events.tsx";
import { routes } from "../routes.ts";
import { useSession } from "../session/session.tsx";
import { FailureText } from "../ui/failure-text.tsx";
import { RetryIcon } from "../ui/icons.tsx";
import { Ago } from "../ui/moment.tsx";
import { Empty, ErrorNotice } from "../ui/notice.tsx";
import { Skeleton, Spinner } from "../ui/spinner.tsx";
import { useTell } from "../ui/toasts.tsx";
import { useAction } from "../ui/use-action.ts";
import { useInView } from "../ui/use-in-view.ts";
import { useSoon } from "../ui/use-soon.ts";
import { describeRetries, planFailedFilter, scopeWords } from "./plan-filter.ts";

type FailedJob = FailedJobsQuery["jobs"]["edges"][number]["node"];

/** What was given up, why, and another try for all of it. */
export default function FailedPage() {
  const [scope, setScope] = useState<ErrorScope | "">("");
  const [isRetriableOnly, setIsRetriableOnly] = useState(false);
  const filter = planFailedFilter(scope, isRetriableOnly);
  const { data, previousData, error, refetch, fetchMore, loading } = useQuery(FailedJobsDocument, {
    variables: { first: 30, filter },
    fetchPolicy: "cache-and-network",
    nextFetchPolicy: "cache-first",
  });
  const askAgain = useSoon(() => void refetch().catch(() => undefined), 400);
  useEvents(
    ({ type }) => (type === "job.failed" || type === "job.created" || type === "video.deleted") && askAgain(),
  );
  const shown = data ?? previousData;
  const page = data?.jobs.pageInfo;
  const end = useInView<HTMLDivElement>(() => {
    if (page?.hasNextPage && !loading)
      void fetchMore({ variables: { after: page.endCursor } }).catch(() => undefined);
  });
  return (
    <>
      <title>Failed jobs · Reelay</title>
      <div className="page-head">
        <h1>Failed jobs</h1>
        {shown && <span className="muted numbers">{count(shown.jobs.totalCount, "job")}</span>}
        {shown && shown.jobs.totalCount > 0 && (
          <RetryAll filter={filter} total={shown.jobs.totalCount} onChanged={askAgain} />
        )}
      </div>
      <FailedFilters
        scope={scope}
        isRetriableOnly={isRetriableOnly}
        onScope={setScope}
        onRetriableOnly={setIsRetriableOnly}
      />
      {error && !shown ? (
        <ErrorNotice title="Failed jobs could not be loaded" onRetry={() => void refetch()}>
          {explain(error)}
        </ErrorNotice>
      ) : !shown ? (
        <Skeleton rows={4} label="Loading failed jobs" />
      ) : shown.jobs.edges.length === 0 ? (
        <Empty title={filter.errorScope || isRetriableOnly ? "No matching failed jobs" : "No failed jobs"}>
          <p>Jobs that ran out of tries are listed here until you retry them.</p>
        </Empty>
      ) : (
        <ul className="failed" aria-label="Failed jobs">
          {shown.jobs.edges.map(({ node }) => (
            <FailedLine key={node.id} job={node} onChanged={askAgain} />
          ))}
        </ul>
      )}
      <div ref={end}>{page?.hasNextPage && <Spinner label="Loading more" />}</div>
    </>
  );
}

function RetryAll({ filter, total, onChanged }: { filter: JobFilter; total: number; onChanged: () => void }) {
  const { retry, isBusy } = useRetryJobs(onChanged);
  if (!useSession().can("WRITE")) return null;
  return (
    <div className="page-tools">
      <button
        type="button"
        className="button primary"
        disabled={isBusy}
        onClick={() => void retry({ filter })}
      >
        <RetryIcon /> {isBusy ? "Retrying …" : `Retry ${count(total, "job")}`}
      </button>
    </div>
  );
}

function FailedLine({ job, onChanged }: { job: FailedJob; onChanged: () => void }) {
  const { retry, isBusy } = useRetryJobs(onChanged);
  const isAllowed = useSession().can("WRITE");
  const { id, video, error, endedAt } = job;
  return (
    <li className="card">
      <div className="task-head">
        <Link href={routes.video(video.id)}>{video.title}</Link>
        {error && <span className="muted small">{scopeWords[error.scope]}</span>}
        <span className="muted small">
          {endedAt && <Ago at={endedAt} />}
          {error?.attempt && `, attempt ${error.attempt.number} on ${error.attempt.workerId}`}
        </span>
        {isAllowed && (
          <button
            type="button"
            className="button small"
            disabled={isBusy}
            onClick={() => void retry({ ids: [id] })}
          >
            <RetryIcon /> Retry<span className="visually-hidden"> {video.title}</span>
          </button>
        )}
      </div>
      {error && <FailureText failure={error} />}
    </li>
  );
}

interface FailedFiltersProps {
  scope: ErrorScope | "";
  isRetriableOnly: boolean;
  onScope: (scope: ErrorScope | "") => void;
  onRetriableOnly: (isOn: boolean) => void;
}

function FailedFilters({ scope, isRetriableOnly, onScope, onRetriableOnly }: FailedFiltersProps) {
  const [scopeId, onlyId] = [useId(), useId()];
  return (
    <search className="filters">
      <label className="field inline" htmlFor={scopeId}>
        Cause
        <select
          id={scopeId}
          value={scope}
          onChange={({ currentTarget }) => onScope(currentTarget.value as ErrorScope | "")}
        >
          <option value="">Any</option>
          {Object.entries(scopeWords).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label className="check" htmlFor={onlyId}>
        <input
          id={onlyId}
          type="checkbox"
          checked={isRetriableOnly}
          onChange={({ currentTarget }) => onRetriableOnly(currentTarget.checked)}
        />
        Retryable only
      </label>
    </search>
  );
}

/** At once; the API takes no more. */
const batch = 500;

/** Tries jobs again: those that are named, or all that a filter matches, batch by batch. */
function useRetryJobs(onChanged: () => void) {
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
