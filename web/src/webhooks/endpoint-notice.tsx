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
          {disabledMessage} What happens meanwhile stays in the event log: enabled again, the endpoint is sent
          it, too.
        </p>
      </div>
    );
  }
  if (failingSince === null) return null;
  return (
    <div className="notice bad">
      <strong>
        It takes nothing, first noticed <Ago at={failingSince} />
      </strong>
      <p>
        {waiting.totalCount > 0
          ? `${count(waiting.totalCount, "message waits and is", "messages wait and are")} tried again, for about three days. Open one to see what it answers, or send it now.`
          : "Nothing waits. Send a test to see what it answers."}
      </p>
    </div>
  );
}
