import { formatMicros } from "../format/index.ts";
import { useNow } from "../live/index.ts";
import { Ago, Badge } from "../ui/index.ts";
import { type Launch, launchWord, timesOf } from "./launch-words.ts";

/** The machines of the last 30 days, the newest first. */
export function LaunchList({ launches }: { launches: readonly Launch[] }) {
  const now = useNow(1_000);
  return (
    <section className="card" aria-labelledby="launches">
      <h2 id="launches">Machines</h2>
      {launches.length === 0 ? (
        <p className="muted">No machine was rented in the last 30 days. The first starts when tasks wait.</p>
      ) : (
        <ul className="lines" aria-label="Machines">
          {launches.map((launch) => (
            <LaunchLine key={launch.id} launch={launch} now={now} />
          ))}
        </ul>
      )}
    </section>
  );
}

function LaunchLine({ launch, now }: { launch: Launch; now: number }) {
  const { target, machine, workerName, plannedAt, endCode, endReason, cost, passedOver } = launch;
  const times = timesOf(launch, now);
  return (
    <li className="launch" aria-label={machine}>
      <span className="offer-name">
        <strong>{target}</strong>
        <span className="muted small">{workerName ?? machine}</span>
      </span>
      <Badge word={launchWord(launch)} title={endCode ?? undefined} />
      <span className="muted small numbers">{times}</span>
      <span className="small numbers">{cost.micros > 0 && formatMicros(cost.micros)}</span>
      <span className="muted small">
        <Ago at={plannedAt} />
      </span>
      {endReason !== null && endCode !== "DRAINED" && (
        <p className="offer-failure small">
          <code>{endCode}</code> {endReason}
        </p>
      )}
      {passedOver.length > 0 && (
        <details className="offer-failure small">
          <summary>Why not {passedOver.map((each) => each.target).join(", ")}</summary>
          {passedOver.map((each) => (
            <p key={each.target}>
              {each.target}: <code>{each.code}</code> {each.reason}
            </p>
          ))}
        </details>
      )}
    </li>
  );
}
