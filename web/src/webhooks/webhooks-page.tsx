import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { type WebhookEndpointRowFragment, WebhookEndpointsDocument } from "../api/index.ts";
import { count } from "../format/index.ts";
import { useEvents } from "../live/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Ago, Badge, Empty, NeedsAdmin, Pending, PlusIcon, useRefetch } from "../ui/index.ts";
import { EndpointDialog } from "./endpoint-dialog.tsx";
import { endpointWord } from "./endpoint-state.ts";

/** Polling interval in milliseconds: the event log does not contain deliveries. */
const POLL_MS = 3_000;

/** The workspace's webhook endpoints. */
export default function WebhooksPage() {
  const isAllowed = useSession().can("ADMIN");
  const [, navigate] = useLocation();
  const { data, error, refetch } = useQuery(WebhookEndpointsDocument, {
    variables: { first: 100 },
    skip: !isAllowed,
    pollInterval: isAllowed ? POLL_MS : 0,
  });
  const askAgain = useRefetch(refetch, 500);
  useEvents(() => isAllowed && askAgain());
  const [isCreating, setIsCreating] = useState(false);
  if (!isAllowed) return <NeedsAdmin what="webhooks" />;
  const endpoints = data?.webhookEndpoints.nodes;
  const add = (
    <button type="button" className="button primary" onClick={() => setIsCreating(true)}>
      <PlusIcon /> Add an endpoint
    </button>
  );
  return (
    <>
      <title>Webhooks · Reelay</title>
      <div className="page-head">
        <h1>Webhooks</h1>
        {endpoints && endpoints.length > 0 && <div className="page-tools">{add}</div>}
      </div>
      {!endpoints ? (
        <Pending what="the endpoints" error={error} rows={3} onRetry={refetch} />
      ) : endpoints.length === 0 ? (
        <Empty title="No webhook endpoints yet">
          <p>
            Reelay sends signed events to your URL and retries until it answers 2xx: for example, to a CMS
            that publishes a video as soon as it plays.
          </p>
          {add}
        </Empty>
      ) : (
        <ul className="lines card" aria-label="Webhook endpoints">
          {endpoints.map((endpoint) => (
            <EndpointLine key={endpoint.id} endpoint={endpoint} />
          ))}
        </ul>
      )}
      {isCreating && (
        <EndpointDialog
          endpoint={null}
          onClose={() => setIsCreating(false)}
          onCreated={({ id }) => {
            void refetch();
            navigate(routes.webhook(id));
          }}
        />
      )}
    </>
  );
}

function EndpointLine({ endpoint }: { endpoint: WebhookEndpointRowFragment }) {
  const { id, url, description, eventTypes, lastSucceededAt, waiting, failed } = endpoint;
  const open = [
    waiting.totalCount > 0 && `${waiting.totalCount} waiting`,
    failed.totalCount > 0 && `${failed.totalCount} failed`,
  ].filter(Boolean);
  return (
    <li className="endpoint">
      <span className="endpoint-name">
        <Link href={routes.webhook(id)}>{url}</Link>
        {description !== "" && <span className="muted small">{description}</span>}
      </span>
      <Badge word={endpointWord(endpoint)} />
      <span className="muted small">
        {eventTypes.length === 0
          ? "all events"
          : count(eventTypes.length, "kind of event", "kinds of events")}
      </span>
      <span className="muted small numbers">
        {open.length > 0 ? open.join(", ") : "no pending deliveries"}
      </span>
      <span className="muted small">
        {lastSucceededAt === null ? (
          "no successful delivery yet"
        ) : (
          <>
            took one <Ago at={lastSucceededAt} />
          </>
        )}
      </span>
    </li>
  );
}
