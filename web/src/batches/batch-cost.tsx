import { useQuery } from "@apollo/client/react";
import { useEffect } from "react";
import { BatchCostDocument, type BatchHeadFragment } from "../api/index.ts";
import {
  count,
  formatBytes,
  formatDuration,
  formatMicros,
  formatMoment,
  formatSpan,
  formatUntil,
} from "../format/index.ts";
import { useNow } from "../live/index.ts";
import { useRefetch } from "../ui/index.ts";

/** Pause after which the sums are read again, in milliseconds: they are of all rows. */
const REFETCH_MS = 3_000;

/** What the videos of a batch are estimated to take, and beside it what its finished ones took. */
export function BatchCost({ batch: { id, status, checkedRows, counts } }: { batch: BatchHeadFragment }) {
  const { data, refetch } = useQuery(BatchCostDocument, { variables: { id } });
  const now = useNow();
  const askAgain = useRefetch(refetch, REFETCH_MS);
  const news = `${status} ${checkedRows} ${counts.ready}`;
  useEffect(askAgain, [news, askAgain]);
  const { estimate, taken, expectedEndAt } = data?.batch ?? {};
  if (!estimate) return null;
  // Without prices, all machines are free.
  const costs = estimate.costs.filter(({ cost }) => cost.micros > 0);
  const facts = [
    { name: "Length", text: formatDuration, of: "durationMs" },
    { name: "Processor time", text: formatSeconds, of: "cpuSeconds" },
    { name: "Time", text: formatSeconds, of: "wallSeconds" },
    {
      name: "Spoken characters",
      text: (value: number) => value.toLocaleString("en"),
      of: "speechCharacters",
    },
    { name: "Size", text: formatBytes, of: "storedBytes" },
  ] as const;
  return (
    <section className="card stack" aria-label="Estimate">
      <dl className="batch-cost">
        {facts.map(({ name, text, of }) => (
          <div key={name}>
            <dt className="muted small">{name}</dt>
            <dd>about {text(estimate[of])}</dd>
            {taken && <dd className="muted small">{text(taken[of])} so far</dd>}
          </div>
        ))}
        {costs.length > 0 && (
          <div>
            <dt className="muted small">Cost</dt>
            {costs.map(({ offer, cost }) => (
              <dd key={offer}>
                about {formatMicros(cost.micros)}
                {estimate.costs.length > 1 && ` on ${offer}`}
              </dd>
            ))}
            {taken && <dd className="muted small">{formatMicros(taken.cost.micros)} so far</dd>}
          </div>
        )}
      </dl>
      <p className="muted small">
        Estimated for {count(estimate.rows, "video")}
        {estimate.basis === "DEFAULT" && ", by figures of another machine until videos are finished here"}.
        {taken && ` Finished: ${count(taken.rows, "video")}.`}
        {expectedEndAt && (
          <>
            {" Expected to be done "}
            <time dateTime={expectedEndAt} title={formatMoment(expectedEndAt)}>
              {formatUntil(expectedEndAt, now)}
            </time>
            .
          </>
        )}
      </p>
    </section>
  );
}

const formatSeconds = (seconds: number): string => formatSpan(seconds * 1_000);
