import type { JobDetailFragment } from "../api/index.ts";
import {
  count,
  formatDuration,
  formatMoment,
  formatSpan,
  isJobSettled,
  jobWords,
  kindWord,
  outcomeWords,
  percentOf,
} from "../format/index.ts";
import { useNow } from "../live/index.ts";
import { Badge, FailureText } from "../ui/index.ts";

type Task = JobDetailFragment["tasks"][number];
type Attempt = Task["attempts"][number];

/**
 * The tasks of a job with their attempts; collapsed for ended jobs. Tasks that have not started are
 * only counted.
 */
export function TaskList({
  tasks,
  total,
  isOpen,
}: {
  tasks: readonly Task[];
  total: number;
  isOpen: boolean;
}) {
  const begun = tasks.filter(({ attempts, status }) => attempts.length > 0 || status === "FAILED");
  const waiting =
    tasks.filter(({ status }) => !isJobSettled(status)).length - begun.filter(isOpenTask).length;
  return (
    <details className="tasks" open={isOpen}>
      <summary>
        {count(total, "task")}, {count(tasks.flatMap(({ attempts }) => attempts).length, "attempt")}
      </summary>
      <ol>
        {begun.map((task) => (
          <TaskEntry key={task.id} task={task} />
        ))}
      </ol>
      {waiting > 0 && (
        <p className="muted small">{count(waiting, "task waits", "tasks wait")} for a worker.</p>
      )}
      {tasks.length < total && (
        <p className="muted small">Shows the started tasks among the first {tasks.length}.</p>
      )}
    </details>
  );
}

const isOpenTask = ({ status }: Task): boolean => !isJobSettled(status);

function TaskEntry({ task }: { task: Task }) {
  const { kind, status, pool, progress, startMs, endMs, tries, maxTries, attempts } = task;
  const span =
    startMs > 0 || endMs !== null
      ? `${formatDuration(startMs)} to ${endMs === null ? "the end" : formatDuration(endMs)}`
      : null;
  return (
    <li className="task">
      <div className="task-head">
        <span>
          {kindWord(kind)} {span !== null && <span className="muted numbers">{span}</span>}
        </span>
        <Badge word={jobWords[status]} />
        <span className="muted small numbers">
          {status === "RUNNING" && `${percentOf(progress)} %, `}
          {pool}, {tries} of {count(maxTries, "try", "tries")}
        </span>
      </div>
      {attempts.length > 0 && (
        <ol className="attempts">
          {attempts.map((attempt) => (
            <AttemptEntry key={attempt.id} attempt={attempt} />
          ))}
        </ol>
      )}
    </li>
  );
}

function AttemptEntry({ attempt }: { attempt: Attempt }) {
  const { number, outcome, workerId, startedAt, endedAt, isWaitingForMemory, error, encoderChanges } =
    attempt;
  const now = useNow(1_000);
  const took = (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);
  return (
    <li className="attempt">
      <div className="task-head">
        <span>Attempt {number}</span>
        <Badge
          word={
            outcome === null
              ? { text: isWaitingForMemory ? "Waiting for memory" : "Running", tone: "busy" }
              : outcomeWords[outcome]
          }
        />
        <span className="muted small numbers" title={formatMoment(startedAt)}>
          {formatSpan(took)} on {workerId}
        </span>
      </div>
      {encoderChanges.map(({ at, from, to, reason }) => (
        <p key={at} className="muted small">
          {from} failed and was replaced by {to}: {reason}
        </p>
      ))}
      {error && <FailureText failure={error} />}
    </li>
  );
}
