import type { WebhookEndpointRowFragment } from "../api/documents.ts";
import { formatMoment, formatUntil } from "../format/time.ts";
import { useNow } from "../live/use-now.ts";
import { Ago } from "../ui/moment.tsx";

/** What an endpoint is and what signs its messages. */
export function EndpointFacts({ endpoint }: { endpoint: WebhookEndpointRowFragment }) {
  const { description, eventTypes, lastSucceededAt, createdAt, secrets } = endpoint;
  const now = useNow();
  return (
    <section className="card" aria-labelledby="about">
      <h2 id="about">About it</h2>
      <dl className="facts">
        {description !== "" && (
          <div>
            <dt>For</dt>
            <dd>{description}</dd>
          </div>
        )}
        <div>
          <dt>Is sent</dt>
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
                      ends {formatUntil(expiresAt, now)}
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
