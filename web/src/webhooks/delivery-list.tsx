import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";
import {
  RedeliverFailedWebhooksDocument,
  WebhookDeliveriesDocument,
  type WebhookDeliveryStatus,
  type WebhookEndpointRowFragment,
} from "../api/index.ts";
import { count } from "../format/index.ts";
import { useEvents, useNow } from "../live/index.ts";
import { Pending, RetryIcon, useAction, useRefetch } from "../ui/index.ts";
import { DeliveryEntry } from "./delivery-entry.tsx";

const POLL_MS = 2_000;
/** The first page, and the API's maximum. */
const [few, many] = [25, 100];

type Shown = "ALL" | WebhookDeliveryStatus;
const choices: readonly { value: Shown; text: string; none: string }[] = [
  {
    value: "ALL",
    text: "All",
    none: "No deliveries yet. Send a test event, or wait for an event.",
  },
  { value: "PENDING", text: "Waiting", none: "No pending deliveries." },
  { value: "FAILED", text: "Failed", none: "No failed deliveries." },
  { value: "SUCCEEDED", text: "Delivered", none: "No successful delivery yet." },
];

interface DeliveryListProps {
  endpoint: WebhookEndpointRowFragment;
  /** The delivery of a test, which is opened once it is listed. */
  testedId: string | null;
}

/** The deliveries of an endpoint, newest first, live. */
export function DeliveryList({ endpoint: { id, createdAt, failed, status }, testedId }: DeliveryListProps) {
  const [chosen, setChosen] = useState<{ shown: Shown; testedId: string | null }>({ shown: "ALL", testedId });
  // A new test resets the filter.
  const shown = chosen.testedId === testedId ? chosen.shown : "ALL";
  const [first, setFirst] = useState(few);
  const filter = shown === "ALL" ? null : { status: [shown] };
  const { data, previousData, error, refetch } = useQuery(WebhookDeliveriesDocument, {
    variables: { id, first, filter },
    pollInterval: POLL_MS,
  });
  const ask = () => void refetch().catch(() => undefined);
  const askSoon = useRefetch(refetch);
  useEvents(askSoon);
  useEffect(() => {
    if (testedId !== null) askSoon();
  }, [testedId, askSoon]);
  const now = useNow(1_000);
  const list = (data ?? previousData)?.webhookEndpoint?.deliveries;
  return (
    <section className="card stack-tight deliveries" aria-labelledby="deliveries">
      <div className="section-head">
        <h2 id="deliveries">Deliveries</h2>
        {list && <span className="muted small numbers">{list.totalCount}</span>}
        {failed.totalCount > 0 && status === "ENABLED" && (
          <RedeliverAll id={id} since={createdAt} total={failed.totalCount} onDone={ask} />
        )}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- as the library's filters */}
      <div className="segments" role="group" aria-label="Which deliveries">
        {choices.map(({ value, text }) => (
          <button
            key={value}
            type="button"
            aria-pressed={shown === value}
            onClick={() => setChosen({ shown: value, testedId })}
          >
            {text}
          </button>
        ))}
      </div>
      {!list ? (
        <Pending what="the deliveries" error={error} rows={4} onRetry={refetch} />
      ) : list.nodes.length === 0 ? (
        <p className="muted">{choices.find(({ value }) => value === shown)?.none}</p>
      ) : (
        <ol className="delivery-lines" aria-label="Deliveries">
          {list.nodes.map((delivery) => (
            <DeliveryEntry
              key={delivery.id}
              delivery={delivery}
              isOpenFirst={delivery.id === testedId}
              now={now}
              onChanged={ask}
            />
          ))}
        </ol>
      )}
      {list && list.totalCount > list.nodes.length && list.nodes.length > 0 && (
        <p className="muted small">
          The newest {list.nodes.length} of {list.totalCount}.{" "}
          {first < many && (
            <button type="button" className="button small" onClick={() => setFirst(many)}>
              Show {Math.min(many, list.totalCount)}
            </button>
          )}
        </p>
      )}
    </section>
  );
}

interface RedeliverAllProps {
  id: string;
  since: string;
  total: number;
  onDone: () => void;
}

/** Sends all failed deliveries again, with retries for three days. */
function RedeliverAll({ id, since, total, onDone }: RedeliverAllProps) {
  const { act, isBusy } = useAction();
  const again = async () => {
    const input = { endpointId: id, since };
    const done = `Sending ${count(total, "delivery", "deliveries")} again.`;
    if (await act(RedeliverFailedWebhooksDocument, { input }, done)) onDone();
  };
  return (
    <button type="button" className="button small" disabled={isBusy} onClick={() => void again()}>
      <RetryIcon /> Send {total === 1 ? "the failed one" : `all ${total} failed`} again
    </button>
  );
}
