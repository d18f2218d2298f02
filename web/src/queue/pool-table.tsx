import { Fragment } from "react";
import type { QueueStateFragment } from "../api/index.ts";
import { count, formatBytes, formatSpan } from "../format/index.ts";
import { useNow } from "../live/index.ts";

type Props = Pick<QueueStateFragment, "pools" | "quotas">;

const quotaNames: Readonly<Record<string, string>> = {
  ACTIVE_JOBS: "Jobs waiting or running",
  RUNNING_TASKS: "Tasks with workers",
  STORED_BYTES: "Storage",
  SOURCE_MINUTES_PER_DAY: "Minutes of source today",
  REQUESTS_PER_SECOND: "Requests per second and key",
};

function quotaText(name: string, used: number | null, limit: number | null): string {
  const text = (value: number) => (name === "STORED_BYTES" ? formatBytes(value) : String(value));
  const most = limit === null ? "no limit" : text(limit);
  return used === null ? most : `${text(used)} of ${most}`;
}

/** What waits and runs, by pool and lane. */
export function PoolTable({ pools, quotas }: Props) {
  const now = useNow(2_000);
  const age = (since: string | null) =>
    since === null ? "" : formatSpan(Math.max(0, now - Date.parse(since)));
  // Slots are shown to the operator only.
  const hasSlots = pools.some(({ slots }) => slots !== null);
  const limited = quotas.filter(({ limit }) => limit !== null);
  return (
    <section className="card" aria-labelledby="pools">
      <h2 id="pools">Lanes</h2>
      <table className="lanes">
        <thead>
          <tr>
            <th scope="col">Pool and lane</th>
            <th scope="col" className="number">
              Waiting
            </th>
            <th scope="col" className="number">
              Oldest
            </th>
            <th scope="col" className="number">
              Running
            </th>
            {hasSlots && (
              <th scope="col" className="number">
                Slots
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {pools.map(({ pool, queued, running, workers, slots, idleSlots, oldestQueuedAt, lanes }) => (
            <Fragment key={pool}>
              <tr className="pool">
                <th scope="row">
                  {pool} {workers !== null && <span className="muted small">{count(workers, "worker")}</span>}
                </th>
                <td className="number">{queued}</td>
                <td className="number">{age(oldestQueuedAt)}</td>
                <td className="number">{running}</td>
                {slots !== null && idleSlots !== null && (
                  <td className="number">
                    {slots - idleSlots} of {slots}
                  </td>
                )}
              </tr>
              {lanes.map((lane) => (
                <tr key={lane.priority}>
                  <th scope="row" className="lane">
                    {lane.priority.toLowerCase()}
                  </th>
                  <td className="number">{lane.queued}</td>
                  <td className="number">{age(lane.oldestQueuedAt)}</td>
                  <td className="number">{lane.running}</td>
                  {hasSlots && <td className="number" aria-label="Shared with the pool" />}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
      {limited.map(({ name, used, limit }) => (
        <p key={name} className="muted small">
          {quotaNames[name] ?? name}: {quotaText(name, used, limit)}
        </p>
      ))}
    </section>
  );
}
