import type { WebhookEndpointRowFragment } from "../api/documents.ts";
import { count } from "../format/numbers.ts";
import { Ago } from "../ui/moment.tsx";

/** Why an endpoint takes nothing, and what becomes of what waits. */
export function EndpointNotice({ endpoint }: { endpoint: WebhookEndpointRowFragment }) {
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
