import {
  CancelJobDocument,
  type JobDetailFragment,
  PrioritizeJobDocument,
  RetryJobDocument,
} from "../api/index.ts";
import {
  count,
  describeStep,
  formatSpan,
  isJobSettled,
  jobWords,
  kindWord,
  percentOf,
} from "../format/index.ts";
import { useSession } from "../session/index.ts";
import { Ago, Badge, Bar, CloseIcon, FailureText, RetryIcon, useAction } from "../ui/index.ts";
import { TaskList } from "./task-list.tsx";

interface JobListProps {
  jobs: readonly JobDetailFragment[];
  /** The job that renders the video, with its live step. */
  main: { id: string; step: NonNullable<JobDetailFragment["step"]> } | null;
  onChanged: () => void;
}

/** The jobs of a video, newest first. */
export const JobList = ({ jobs, main, onChanged }: JobListProps) => (
  <section className="card" aria-labelledby="jobs">
    <h2 id="jobs">Jobs</h2>
    {jobs.length === 0 ? (
      <p className="muted">None yet.</p>
    ) : (
      jobs.map((job, index) => (
        <JobEntry
          key={job.id}
          job={job}
          step={job.id === main?.id ? main.step : job.step}
          number={jobs.length - index}
          isNewest={index === 0}
          onChanged={onChanged}
        />
      ))
    )}
  </section>
);

interface JobEntryProps {
  job: JobDetailFragment;
  step: JobDetailFragment["step"];
  number: number;
  isNewest: boolean;
  onChanged: () => void;
}

function JobEntry({ job, step, number, isNewest, onChanged }: JobEntryProps) {
  const { kind, status, priority, progress, waitReason, plan, taskCounts, variantNames, createdAt, error } =
    job;
  const total = taskCounts.reduce((sum, each) => sum + each.count, 0);
  const done = taskCounts.find((each) => each.status === "SUCCEEDED")?.count ?? 0;
  return (
    <article className="job" aria-label={`Job ${number}`}>
      <header className="job-head">
        <h3>
          {variantNames === null ? kindWord(kind) : `Render again: ${variantNames.join(", ")}`}
          {job.retryOf && <span className="muted"> (a retry)</span>}
        </h3>
        <Badge word={jobWords[status]} />
        <span className="muted small">
          {priority.toLowerCase()}, requested <Ago at={createdAt} />
          {job.startedAt && job.endedAt && (
            <>, took {formatSpan(Date.parse(job.endedAt) - Date.parse(job.startedAt))}</>
          )}
        </span>
        <JobActions job={job} onChanged={onChanged} />
      </header>
      {status === "RUNNING" && progress !== null && (
        <span className="progress">
          <Bar fraction={progress} label={`Progress of job ${number}`} />
          <span className="numbers small">
            {percentOf(progress)} %{job.etaMs === null ? "" : `, ${formatSpan(job.etaMs)} left`}
          </span>
        </span>
      )}
      {step && (status === "RUNNING" || status === "FAILED") && (
        <p className="muted small">{describeStep(step)}</p>
      )}
      {waitReason !== null && <p className="muted">{waitReason}</p>}
      {error && <FailureText failure={error} />}
      {plan && plan.kind === "SPLIT" && (
        <p className="muted small">
          {done} of {count(total, "task")} done. {plan.reason}
        </p>
      )}
      <TaskList tasks={job.tasks} total={total} isOpen={isNewest} />
    </article>
  );
}

function JobActions({ job, onChanged }: Pick<JobEntryProps, "job" | "onChanged">) {
  const { act, isBusy } = useAction();
  if (!useSession().can("WRITE")) return null;
  const { id, status, priority, cancelRequestedAt, isSuperseded } = job;
  const isOpen = !isJobSettled(status);
  const isWaiting = status === "PENDING" || status === "QUEUED";
  const cancel = async () => {
    if (await act(CancelJobDocument, { id }, "Job canceled.")) onChanged();
  };
  const retry = async () => {
    if (await act(RetryJobDocument, { id, key: crypto.randomUUID() }, "Retrying the job.")) onChanged();
  };
  const hurry = async () => {
    if (await act(PrioritizeJobDocument, { id, priority: "INTERACTIVE" }, "The job runs next.")) onChanged();
  };
  return (
    <span className="job-tools">
      {isWaiting && priority !== "INTERACTIVE" && (
        <button type="button" className="button small" disabled={isBusy} onClick={() => void hurry()}>
          Go first
        </button>
      )}
      {isOpen && (
        <button
          type="button"
          className="button small"
          disabled={isBusy || cancelRequestedAt !== null}
          onClick={() => void cancel()}
        >
          <CloseIcon /> {cancelRequestedAt === null ? "Cancel job" : "Canceling"}
        </button>
      )}
      {!isSuperseded && (status === "FAILED" || status === "CANCELED") && (
        <button type="button" className="button small primary" disabled={isBusy} onClick={() => void retry()}>
          <RetryIcon /> Retry job
        </button>
      )}
    </span>
  );
}
