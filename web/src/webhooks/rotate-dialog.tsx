import { useState } from "react";
import { RotateWebhookSecretDocument } from "../api/index.ts";
import { FormDialog, Select, useAction } from "../ui/index.ts";
import { WebhookSecret } from "./webhook-secret.tsx";

const HOUR_MS = 3_600_000;
const overlaps = [
  { text: "in an hour", value: HOUR_MS },
  { text: "in a day", value: 24 * HOUR_MS },
  { text: "in a week", value: 7 * 24 * HOUR_MS },
  { text: "immediately (it leaked)", value: 0 },
];

/** Creates a new secret and shows it once. */
export function RotateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [overlapMs, setOverlapMs] = useState(24 * HOUR_MS);
  const [secret, setSecret] = useState<string | null>(null);
  const { act, isBusy } = useAction();

  const rotate = async () => {
    const data = await act(RotateWebhookSecretDocument, { input: { endpointId: id, overlapMs } }, null);
    if (data?.rotateWebhookSecret.__typename === "RotatedWebhookSecret")
      setSecret(data.rotateWebhookSecret.secret);
  };

  if (secret !== null) {
    const note =
      overlapMs > 0
        ? "Until the previous secret expires, every message is signed with both secrets."
        : "The previous secret has expired. Messages are signed with the new one only.";
    return <WebhookSecret secret={secret} note={note} onClose={onClose} />;
  }
  return (
    <FormDialog
      title="Rotate the secret"
      action="Create new secret"
      isDisabled={isBusy}
      onSubmit={rotate}
      onClose={onClose}
    >
      <Select
        label="The previous secret expires"
        value={overlapMs}
        options={overlaps}
        onText={(value) => setOverlapMs(Number(value))}
      />
    </FormDialog>
  );
}
