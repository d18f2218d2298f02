import { useQuery } from "@apollo/client/react";
import { useCallback, useState } from "react";
import { Link } from "wouter";
import {
  type ErrorScope,
  FailedJobsDocument,
  type FailedJobsQuery,
  type JobFilter,
  RetryJobsDocument,
  type RetryJobsInput,
} from "../api/index.ts";
import { count } from "../format/index.ts";
import { useEvents } from "../live/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import {
  Ago,
  Check,
  Empty,
  FailureText,
  More,
  Pending,
  RetryIcon,
  Select,
  useAction,
  useRefetch,
  useTell,
} from "../ui/index.ts";
import { describeRetries, planFailedFilter, scopeWords } from "./plan-filter.ts";

type FailedJob = FailedJobsQuery["jobs"]["edges"][number]["node"];

const causes = [
  { value: "", text: "Any" },
  ...Object.entries(scopeWords).map(([value, text]) => ({ value, text })),
];

/** Failed jobs with their errors, and buttons that retry them. */
export default function FailedPage() {
  const [scope, setScope] = useState<ErrorScope | "">("");
  const [isRetriableOnly, setIsRetriableOnly] = useState(false);
  const filter = planFailedFilter(scope, isRetriableOnly);
  const { data, previousData, error, refetch, fetchMore, loading } = useQuery(FailedJobsDocument, {
    variables: { first: 30, filter },
  });
  const askAgain = useRefetch(refetch);
  useEvents(
    ({ type }) => (type === "job.failed" || type === "job.created" || type === "video.deleted") && askAgain(),
  );
  const shown = data ?? previousData;
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
      <search className="filters">
        <Select
          isInline
          label="Cause"
          value={scope}
          options={causes}
          onText={(value) => setScope(value as ErrorScope | "")}
        />
        <Check isOn={isRetriableOnly} onCheck={setIsRetriableOnly}>
          Retryable only
        </Check>
      </search>
      {!shown ? (
        <Pending what="the failed jobs" error={error} rows={4} onRetry={refetch} />
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
      <More page={data?.jobs.pageInfo} isLoading={loading} fetchMore={fetchMore} />
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

/** Jobs per request, the API's maximum. */
const BATCH = 500;

/** Retries jobs: by id, or in batches all that match a filter. */
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
          ...(which.filter && { first: BATCH, after }),
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
