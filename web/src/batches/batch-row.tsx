import { Link } from "wouter";
import type { BatchRowLineFragment } from "../api/index.ts";
import { batchRowWords, percentOf } from "../format/index.ts";
import { routes } from "../routes.ts";
import { Badge, Bar } from "../ui/index.ts";

/** A row with its state, its video, and what is wrong with it. */
export function BatchRow({ row }: { row: BatchRowLineFragment }) {
  const { line, title, status, issues, video, error, duplicateOfLine } = row;
  const poster = video?.playback?.posterUrl ?? null;
  return (
    <li className="batch-row">
      <span className="number muted">{line}</span>
      <span className="thumb">{poster !== null && <img src={poster} alt="" loading="lazy" />}</span>
      <div className="batch-what">
        {video === null ? <span>{title}</span> : <Link href={routes.video(video.id)}>{title}</Link>}
        {duplicateOfLine !== null && <p className="muted small">The same as line {duplicateOfLine}.</p>}
        {error && <p className="small batch-problem">{error.message}</p>}
        {issues.map(({ column, code, message }) => (
          <p key={`${column} ${code} ${message}`} className="small batch-problem">
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
    </li>
  );
}
