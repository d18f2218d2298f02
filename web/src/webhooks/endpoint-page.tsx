import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link } from "wouter";
import { WebhookEndpointDocument, type WebhookEndpointRowFragment } from "../api/documents.ts";
import { explain } from "../api/explain.ts";
import { count } from "../format/numbers.ts";
import { useEvents } from "../live/events.tsx";
import { routes } from "../routes.ts";
import { useSession } from "../session/session.tsx";
import { Badge } from "../ui/badge.tsx";
import { BackIcon } from "../ui/icons.tsx";
import { Ago } from "../ui/moment.tsx";
import { Empty, ErrorNotice } from "../ui/notice.tsx";
import { Skeleton } from "../ui/spinner.tsx";
import { useSoon } from "../ui/use-soon.ts";
import { DeliveryList } from "./delivery-list.tsx";
import { EndpointActions } from "./endpoint-actions.tsx";
import { EndpointFacts } from "./endpoint-facts.tsx";
import { endpointWord } from "./endpoint-state.ts";
import { NotForThisKey } from "./not-for-this-key.tsx";

/** How often it is asked for, in milliseconds; events of the log are asked after at once. */
const pollMs = 2_000;

/** One endpoint: how it is, what it was sent and what it answered. */
export default function EndpointPage({ id }: { id: string }) {
  const isAllowed = useSession().can("ADMIN");
  const { data, error, refetch } = useQuery(WebhookEndpointDocument, {
    ...{ variables: { id }, skip: !isAllowed, pollInterval: isAllowed ? pollMs : 0 },
    ...{ fetchPolicy: "cache-and-network", nextFetchPolicy: "cache-first" },
  });
  const askAgain = useSoon(() => void refetch().catch(() => undefined), 300);
  useEvents(() => isAllowed && askAgain());
  /** The delivery of the newest test: it is opened. */
  const [testedId, setTestedId] = useState<string | null>(null);
  if (!isAllowed) return <NotForThisKey />;
  const endpoint = data?.webhookEndpoint ?? null;
  if (endpoint === null) {
    if (error) {
      return (
        <ErrorNotice title="The endpoint could not be loaded" onRetry={() => void refetch()}>
          {explain(error)}
        </ErrorNotice>
      );
    }
    return data ? <Gone /> : <Skeleton rows={5} label="Loading the endpoint" />;
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

/** Why an endpoint takes nothing, and what becomes of what waits. */
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
