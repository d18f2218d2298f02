import { useState } from "react";
import { RedeliverWebhookDocument, type WebhookDeliveryRowFragment } from "../api/index.ts";
import { formatUntil } from "../format/index.ts";
import { Ago, Badge, RetryIcon, useAction } from "../ui/index.ts";
import { DeliveryDetail } from "./delivery-detail.tsx";
import { deliveryWord, lastAnswer } from "./endpoint-state.ts";

interface DeliveryEntryProps {
  delivery: WebhookDeliveryRowFragment;
  isOpenFirst: boolean;
  now: number;
  onChanged: () => void;
}

/** One delivery: what became of it at a glance, and all of it when it is opened. */
export function DeliveryEntry({ delivery, isOpenFirst, now, onChanged }: DeliveryEntryProps) {
  const { type, createdAt, attemptCount, status, nextAttemptAt } = delivery;
  const [isOpenNow, setIsOpenNow] = useState<boolean | null>(null);
  const isOpen = isOpenNow ?? isOpenFirst;
  const answer = lastAnswer(delivery);
  return (
    <li className="delivery" aria-label={type}>
      <details open={isOpen} onToggle={({ currentTarget }) => setIsOpenNow(currentTarget.open)}>
        <summary>
          <Badge word={deliveryWord(delivery)} />
          <code>{type}</code>
          <span className="muted small">
            <Ago at={createdAt} />
          </span>
          <span className="muted small numbers delivery-end">
            {[
              answer,
              attemptCount > 1 && `${attemptCount} attempts`,
              status === "PENDING" && nextAttemptAt !== null && `next ${formatUntil(nextAttemptAt, now)}`,
            ]
              .filter(Boolean)
              .join(", ")}
          </span>
        </summary>
        {isOpen && <DeliveryDetail delivery={delivery} />}
      </details>
      <RedeliverButton delivery={delivery} onChanged={onChanged} />
    </li>
  );
}

function RedeliverButton({
  delivery: { id, type, status },
  onChanged,
}: Pick<DeliveryEntryProps, "delivery" | "onChanged">) {
  const { act, isBusy } = useAction();
  const again = async () => {
    if (await act(RedeliverWebhookDocument, { id }, `Sending ${type} again.`)) onChanged();
  };
  return (
    <button type="button" className="button small" disabled={isBusy} onClick={() => void again()}>
      <RetryIcon /> {status === "PENDING" ? "Try now" : "Redeliver"}
      <span className="visually-hidden"> {type}</span>
    </button>
  );
}
