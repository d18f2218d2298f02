import { formatMicros, formatMoment, formatSpan, formatUntil } from "../format/index.ts";
import { useNow } from "../live/index.ts";
import { Badge } from "../ui/index.ts";
import { type Target, targetWord } from "./launch-words.ts";

/** The places where workers are rented, in the order in which they are tried. */
export function TargetList({ targets }: { targets: readonly Target[] }) {
  const now = useNow(1_000);
  return (
    <section className="card" aria-labelledby="targets">
      <h2 id="targets">Offers</h2>
      {targets.length === 0 ? (
        <p className="muted">No target is configured any more. Launches below are still looked after.</p>
      ) : (
        <ol className="lines offers" aria-label="Offers, in the order in which they are tried">
          {targets.map((target) => (
            <TargetLine key={target.name} target={target} now={now} />
          ))}
        </ol>
      )}
    </section>
  );
}

function TargetLine({ target, now }: { target: Target; now: number }) {
  const { name, kind, realm, offer, machineHour, hourly, openLaunches, maxInstances, afterSeconds } = target;
  const { failures, failureCode, failureReason, openUntil } = target;
  const facts = [
    kind,
    `${offer.provider} ${offer.machineClass}`,
    offer.isSpot && "spot",
    realm,
    offer.startSeconds > 0 && `starts in about ${formatSpan(offer.startSeconds * 1_000)}`,
    afterSeconds > 0 && `for tasks that wait ${formatSpan(afterSeconds * 1_000)}`,
    `prices of ${offer.pricesOf}${offer.arePricesStale ? ", which may have changed" : ""}`,
  ].filter((fact) => fact !== false);
  return (
    <li className="offer" aria-label={name}>
      <span className="offer-name">
        <strong>{name}</strong>
        <span className="muted small">{facts.join(" · ")}</span>
      </span>
      <Badge word={targetWord(target, now)} />
      <span className="small numbers">
        {openLaunches} of {maxInstances} open
      </span>
      <span className="small numbers">
        {machineHour.micros === 0 ? "free" : `${formatMicros(machineHour.micros)} per hour each`}
      </span>
      <span className="small numbers">
        {hourly.micros > 0 && `${formatMicros(hourly.micros)} per hour now`}
      </span>
      {failures > 0 && failureCode !== null && (
        <p className="offer-failure small">
          <code>{failureCode}</code>
          {openUntil !== null && Date.parse(openUntil) > now && (
            <>
              {" "}
              Next try{" "}
              <time dateTime={openUntil} title={formatMoment(openUntil)}>
                {formatUntil(openUntil, now)}
              </time>
              .
            </>
          )}{" "}
          {failureReason}
        </p>
      )}
    </li>
  );
}
