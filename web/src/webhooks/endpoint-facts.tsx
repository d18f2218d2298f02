import type { WebhookEndpointRowFragment } from "../api/index.ts";
import { formatMoment, formatUntil } from "../format/index.ts";
import { useNow } from "../live/index.ts";
import { Ago } from "../ui/index.ts";

/** Settings and secrets of an endpoint. */
export function EndpointFacts({ endpoint }: { endpoint: WebhookEndpointRowFragment }) {
  const { description, eventTypes, lastSucceededAt, createdAt, secrets } = endpoint;
  const now = useNow();
  return (
    <section className="card" aria-labelledby="about">
      <h2 id="about">Details</h2>
      <dl className="facts">
        {description !== "" && (
          <div>
            <dt>Description</dt>
            <dd>{description}</dd>
          </div>
        )}
        <div>
          <dt>Events</dt>
          <dd>
            {eventTypes.length === 0 ? (
              "all events"
            ) : (
              <ul className="event-types">
                {eventTypes.map((type) => (
                  <li key={type}>
                    <code>{type}</code>
                  </li>
                ))}
              </ul>
            )}
          </dd>
        </div>
        <div>
          <dt>Last delivered</dt>
          <dd>{lastSucceededAt === null ? "never" : <Ago at={lastSucceededAt} />}</dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <Ago at={createdAt} />
          </dd>
        </div>
        <div>
          <dt>{secrets.length > 1 ? "Secrets" : "Secret"}</dt>
          <dd>
            <ul className="secrets">
              {secrets.map(({ ending, expiresAt }) => (
                <li key={`${ending} ${expiresAt}`}>
                  <code>whsec_…{ending}</code>
                  {expiresAt !== null && (
                    <span className="muted small" title={formatMoment(expiresAt)}>
                      {" "}
                      expires {formatUntil(expiresAt, now)}
                    </span>
                  )}
                </li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
    </section>
  );
}
