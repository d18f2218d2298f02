import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link } from "wouter";
import { WebhookEndpointDocument, type WebhookEndpointRowFragment } from "../api/index.ts";
import { count } from "../format/index.ts";
import { useEvents } from "../live/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Ago, BackIcon, Badge, Empty, NeedsAdmin, Pending, useRefetch } from "../ui/index.ts";
import { DeliveryList } from "./delivery-list.tsx";
import { EndpointActions } from "./endpoint-actions.tsx";
import { EndpointFacts } from "./endpoint-facts.tsx";
import { endpointWord } from "./endpoint-state.ts";

/** Polling interval in milliseconds; events of the log cause an immediate request. */
const POLL_MS = 2_000;

/** An endpoint with its state and its deliveries. */
export default function EndpointPage({ id }: { id: string }) {
  const isAllowed = useSession().can("ADMIN");
  const { data, error, refetch } = useQuery(WebhookEndpointDocument, {
    variables: { id },
    skip: !isAllowed,
    pollInterval: isAllowed ? POLL_MS : 0,
  });
  const askAgain = useRefetch(refetch);
  useEvents(() => isAllowed && askAgain());
  /** The delivery of the newest test, which is opened. */
  const [testedId, setTestedId] = useState<string | null>(null);
  if (!isAllowed) return <NeedsAdmin what="webhooks" />;
  const endpoint = data?.webhookEndpoint ?? null;
  if (endpoint === null) {
    return data && !error ? (
      <Gone />
    ) : (
      <Pending what="the endpoint" error={error} rows={5} onRetry={refetch} />
    );
  }
  return (
    <>
      <title>{`Webhook ${endpoint.url} · Reelay`}</title>
      <Link href={routes.webhooks} className="back">
        <BackIcon /> Webhooks
      </Link>
      <div className="page-head">
        <h1>{endpoint.url}</h1>
        <Badge word={endpointWord(endpoint)} />
        <EndpointActions endpoint={endpoint} onTested={setTestedId} />
      </div>
      <EndpointNotice endpoint={endpoint} />
      <div className="video-columns">
        <DeliveryList endpoint={endpoint} testedId={testedId} />
        <EndpointFacts endpoint={endpoint} />
      </div>
    </>
  );
}

const Gone = () => (
  <Empty title="Endpoint not found" isWholePage>
    <p>It was deleted, or belongs to another workspace.</p>
    <p>
      <Link href={routes.webhooks}>Go to the webhooks</Link>
    </p>
  </Empty>
);

/** Explains why an endpoint is disabled or failing, and what happens to its pending deliveries. */
function EndpointNotice({ endpoint }: { endpoint: WebhookEndpointRowFragment }) {
  const { status, disabledReason, disabledMessage, disabledAt, failingSince, waiting } = endpoint;
  if (status === "DISABLED") {
    return (
      <div className={disabledReason === "REQUESTED" ? "notice" : "notice bad"}>
        <strong>
          Nothing is sent{disabledAt !== null && ": it was disabled "}
          {disabledAt !== null && <Ago at={disabledAt} />}
        </strong>
        <p>
          {disabledMessage} New events stay in the event log. When you enable the endpoint again, it can
          receive them too.
        </p>
      </div>
    );
  }
  if (failingSince === null) return null;
  return (
    <div className="notice bad">
      <strong>
        Failing; first failure <Ago at={failingSince} />
      </strong>
      <p>
        {waiting.totalCount > 0
          ? `${count(waiting.totalCount, "delivery", "deliveries")} pending; retried for up to 3 days. Open one to see the response, or send it now.`
          : "No deliveries are pending. Send a test event to see the response."}
      </p>
    </div>
  );
}
