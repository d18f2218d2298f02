import type { WebhookDeliveryRowFragment, WebhookEndpointRowFragment } from "../api/index.ts";
import { deliveryWords, type Word } from "../format/index.ts";

/** How an endpoint is, in a word. Pure. */
export function endpointWord({
  status,
  disabledReason,
  failingSince,
}: Pick<WebhookEndpointRowFragment, "disabledReason" | "failingSince" | "status">): Word {
  if (status === "DISABLED") {
    return disabledReason === "REQUESTED"
      ? { text: "Disabled", tone: "quiet" }
      : { text: disabledReason === "GONE" ? "Gone" : "Disabled", tone: "bad" };
  }
  return failingSince === null ? { text: "Enabled", tone: "good" } : { text: "Failing", tone: "waiting" };
}

/** The state of a delivery, distinguishing tried ones from untried ones. Pure. */
export const deliveryWord = ({
  status,
  attemptCount,
}: Pick<WebhookDeliveryRowFragment, "attemptCount" | "status">): Word =>
  status === "PENDING" && attemptCount > 0 ? { text: "Retrying", tone: "waiting" } : deliveryWords[status];

/** What came of the last attempt: `HTTP 500`, or why there was no answer. Pure. */
export function lastAnswer({ attempts }: Pick<WebhookDeliveryRowFragment, "attempts">): string | null {
  const last = attempts.at(-1);
  if (last === undefined) return null;
  return last.response ? `HTTP ${last.response.status}` : (last.error?.code ?? null);
}
