import { useQuery } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import {
  PauseQueueDocument,
  QueuePageDocument,
  type QueuePageQuery,
  ResumeQueueDocument,
} from "../api/index.ts";
import { formatSpan } from "../format/index.ts";
import { useEvents } from "../live/index.ts";
import { useSession } from "../session/index.ts";
import { Ago, PauseIcon, Pending, PlayIcon, useAction } from "../ui/index.ts";
import { PoolTable } from "./pool-table.tsx";
import { addSample, jobsPerMinute, oldestMs, planCurve, type Sample } from "./samples.ts";
import { WaitingJobs } from "./waiting-jobs.tsx";
import { WorkerList } from "./worker-list.tsx";

/** Polling interval in milliseconds: the event log contains neither the depth nor the workers. */
const POLL_MS = 2_000;

export default function QueuePage() {
  const isOperator = useSession().can("OPERATOR");
  const { data, error, refetch } = useQuery(QueuePageDocument, {
    variables: { first: 50, isOperator },
    pollInterval: POLL_MS,
    fetchPolicy: "network-only",
  });
  const samples = useSamples(data);
  if (!data) return <Pending what="the queue" error={error} rows={6} onRetry={refetch} />;
  const { queue, workers, jobs } = data;
  const perMinute = jobsPerMinute(samples);
  const curve = (value: (sample: Sample) => number) =>
    samples.map((each) => ({ at: each.at, value: value(each) }));
  return (
    <>
      <title>Queue · Reelay</title>
      <div className="page-head">
        <h1>{isOperator ? "Queue and workers" : "Queue"}</h1>
        <PauseButton pausedAt={queue.pausedAt} onChanged={() => void refetch()} />
      </div>
      {queue.pausedAt !== null && (
        <div className="notice">
          <p>
            <strong>The queue is paused</strong> since <Ago at={queue.pausedAt} />. Running tasks continue; no
            new task starts.
          </p>
        </div>
      )}
      <div className="plots">
        <Plot title="Waiting tasks" unit="tasks" samples={curve(({ queued }) => queued)} />
        <Plot title="Longest wait" unit="s" samples={curve((each) => each.oldestMs / 1_000)} />
        <Plot title="Running tasks" unit="tasks" samples={curve(({ running }) => running)} />
        <Plot title="Encoding speed" unit="fps" samples={curve(({ fps }) => fps)} />
        <Plot
          title={perMinute === null ? "Jobs finished" : `Jobs finished (${perMinute.toFixed(1)} per minute)`}
          unit="jobs"
          samples={curve(({ ended }) => ended)}
        />
      </div>
      <PoolTable pools={queue.pools} quotas={queue.quotas} />
      <WaitingJobs jobs={jobs.nodes} />
      {workers && <WorkerList workers={workers.nodes} />}
    </>
  );
}

/** Samples of the queue and of the jobs that have ended, one per interval. */
function useSamples(data: QueuePageQuery | undefined): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const ended = useRef(0);
  useEvents(({ type }) => {
    if (/^job\.(?:succeeded|failed|canceled)$/.test(type)) ended.current += 1;
  });
  const latest = useRef(data);
  useEffect(() => {
    latest.current = data;
  });
  const isThere = data !== undefined;
  useEffect(() => {
    if (!isThere) return;
    // Sampled by the clock: an answer equal to the previous one causes no update.
    const take = () => {
      const now = latest.current;
      if (now === undefined) return;
      const { queued, running, pools } = now.queue;
      const at = Date.now();
      const sample = {
        at,
        queued,
        running,
        oldestMs: oldestMs(pools, at),
        fps: fpsOf(now),
        ended: ended.current,
      };
      setSamples((all) => addSample(all, sample));
    };
    take();
    const timer = setInterval(take, POLL_MS);
    return () => clearInterval(timer);
  }, [isThere]);
  return samples;
}

const fpsOf = ({ jobs }: QueuePageQuery): number =>
  jobs.nodes
    .filter(({ status }) => status === "RUNNING")
    .flatMap(({ video }) => video.variants)
    .reduce((sum, { status, fps }) => sum + (status === "RENDERING" ? (fps ?? 0) : 0), 0);

function PauseButton({ pausedAt, onChanged }: { pausedAt: string | null; onChanged: () => void }) {
  const { act, isBusy } = useAction();
  if (!useSession().can("ADMIN")) return null;
  const toggle = async () => {
    const done =
      pausedAt === null
        ? await act(PauseQueueDocument, {}, "The queue is paused.")
        : await act(ResumeQueueDocument, {}, "The queue is running again.");
    if (done) onChanged();
  };
  return (
    <div className="page-tools">
      <button type="button" className="button" disabled={isBusy} onClick={() => void toggle()}>
        {pausedAt === null ? <PauseIcon /> : <PlayIcon />} {pausedAt === null ? "Pause" : "Resume"} the queue
      </button>
    </div>
  );
}

interface PlotProps {
  title: string;
  unit: string;
  samples: readonly { at: number; value: number }[];
}

/** Minimum length of the time axis in milliseconds. */
const LEAST_SPAN_MS = 60_000;

/** A figure since the page was opened. */
function Plot({ title, unit, samples }: PlotProps) {
  const first = samples[0]?.at ?? 0;
  const spanMs = Math.max(LEAST_SPAN_MS, (samples.at(-1)?.at ?? 0) - first);
  const { points, max, last } = planCurve(samples, spanMs);
  const digits = (value: number) =>
    value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value);
  return (
    <figure className="plot">
      <figcaption>
        <span>{title}</span>
        <span className="numbers">
          <strong>{digits(last)}</strong> {unit}
        </span>
      </figcaption>
      <svg
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: now ${digits(last)} ${unit}, peak ${digits(max)} in the last ${formatSpan(spanMs)}`}
      >
        <polyline points={points} vectorEffect="non-scaling-stroke" />
      </svg>
      <span className="muted small numbers">
        peak {digits(max)} in the last {formatSpan(spanMs)}
      </span>
    </figure>
  );
}
