import { Link } from "wouter";
import type { QueuePageQuery } from "../api/index.ts";
import { formatSpan, jobWords, percentOf } from "../format/index.ts";
import { routes } from "../routes.ts";
import { Ago, Badge } from "../ui/index.ts";

type Job = QueuePageQuery["jobs"]["nodes"][number];

/** The jobs that run or wait, those that run first. */
export function WaitingJobs({ jobs }: { jobs: readonly Job[] }) {
  const ordered = jobs.toSorted((one, other) => placeOf(one) - placeOf(other));
  return (
    <section className="card" aria-labelledby="jobs">
      <h2 id="jobs">Jobs</h2>
      {jobs.length === 0 ? (
        <p className="muted">The queue is empty.</p>
      ) : (
        <ul className="lines">
          {ordered.map(({ id, status, video, progress, etaMs, waitReason, queuePosition, createdAt }) => (
            <li key={id}>
              <Link href={routes.video(video.id)}>{video.title}</Link>
              <Badge word={jobWords[status]} />
              <span className="muted small numbers">
                {status === "RUNNING"
                  ? `${percentOf(progress ?? 0)} %${etaMs === null ? "" : `, ${formatSpan(etaMs)} left`}`
                  : [queuePosition === null ? null : `No. ${queuePosition}`, waitReason]
                      .filter(Boolean)
                      .join(": ")}
              </span>
              <span className="muted small">
                <Ago at={createdAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const placeOf = ({ status, queuePosition }: Job): number =>
  status === "RUNNING" ? 0 : (queuePosition ?? Number.MAX_SAFE_INTEGER);
