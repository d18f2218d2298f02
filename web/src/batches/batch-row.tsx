import { Link } from "wouter";
import type { BatchRowLineFragment } from "../api/index.ts";
import { batchRowWords, formatDuration, formatSpan, percentOf } from "../format/index.ts";
import { routes } from "../routes.ts";
import { Badge, Bar } from "../ui/index.ts";

interface BatchRowProps {
  row: BatchRowLineFragment;
  /** Address of a picture of the row; null: there is none yet. */
  still: string | null;
  /** Its place among those that are shown, from 1, and their number: only some of them exist at a time. */
  at: number;
  of: number;
}

/** A row with its state, its video, and what is wrong with it. */
export function BatchRow({ row, still, at, of }: BatchRowProps) {
  const { line, title, status, issues, video, error, duplicateOfLine, isMissing, estimate, taken } = row;
  const picture = video?.playback?.posterUrl ?? still;
  return (
    <div className="batch-row" role="listitem" aria-posinset={at} aria-setsize={of}>
      <span className="number muted">{line}</span>
      <span className="thumb">{picture !== null && <img src={picture} alt="" loading="lazy" />}</span>
      <div className="batch-what">
        {video === null ? <span>{title}</span> : <Link href={routes.video(video.id)}>{title}</Link>}
        {video?.externalId != null && (
          <p className="muted small">
            External id <code>{video.externalId}</code>
          </p>
        )}
        {duplicateOfLine !== null && <p className="muted small">The same as line {duplicateOfLine}.</p>}
        {status === "VALID" && estimate?.durationMs != null && (
          <p className="muted small">
            About {formatDuration(estimate.durationMs)}
            {estimate.cpuSeconds !== null && `, ${formatSpan(estimate.cpuSeconds * 1_000)} of processor time`}
          </p>
        )}
        {taken !== null && (
          <p className="muted small">
            {formatDuration(taken.durationMs)}, {formatSpan(taken.cpuSeconds * 1_000)} of processor time
            {estimate?.cpuSeconds != null && ` (about ${formatSpan(estimate.cpuSeconds * 1_000)} estimated)`}
          </p>
        )}
        {isMissing && <p className="muted small">Not in the newest table. The video stays.</p>}
        {error && <p className="small batch-problem">{error.message}</p>}
        {issues.map(({ severity, column, code, message }) => (
          <p
            key={`${column} ${code} ${message}`}
            className={severity === "ERROR" ? "small batch-problem" : "small batch-warning"}
          >
            {column !== null && <code>{column}</code>} {message}
          </p>
        ))}
      </div>
      <Badge word={batchRowWords[status]} />
      <span className="progress">
        {video !== null && (status === "RUNNING" || status === "QUEUED") && (
          <>
            <Bar fraction={video.progress} label={`Progress of ${title}`} />
            <span className="numbers">{percentOf(video.progress)} %</span>
          </>
        )}
      </span>
    </div>
  );
}
