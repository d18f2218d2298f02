import { type FormEvent, useId, useState } from "react";
import { RotateWebhookSecretDocument } from "../api/documents.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useAction } from "../ui/use-action.ts";
import { SecretWindow } from "./secret-window.tsx";

const hourMs = 3_600_000;
const overlaps = [
  { text: "for an hour", ms: hourMs },
  { text: "for a day", ms: 24 * hourMs },
  { text: "for a week", ms: 7 * 24 * hourMs },
  { text: "expire immediately (it leaked)", ms: 0 },
];

/** Creates a new secret and shows it once. */
export function RotateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [overlapMs, setOverlapMs] = useState(24 * hourMs);
  const [secret, setSecret] = useState<string | null>(null);
  const { act, isBusy } = useAction();
  const selectId = useId();
  const rotate = async (event: FormEvent) => {
    event.preventDefault();
    const data = await act(RotateWebhookSecretDocument, { input: { endpointId: id, overlapMs } }, null);
    if (data?.rotateWebhookSecret.__typename === "RotatedWebhookSecret")
      setSecret(data.rotateWebhookSecret.secret);
  };
  if (secret !== null) {
    const note =
      overlapMs > 0
        ? "Until the previous secret expires, every message is signed with both secrets."
        : "The previous secret has expired. Messages are signed with the new one only.";
    return <SecretWindow secret={secret} note={note} onClose={onClose} />;
  }
  return (
    <Dialog title="Rotate the secret" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void rotate(event)}>
        <label className="field" htmlFor={selectId}>
          The secret so far signs beside it
          <select
            id={selectId}
            value={overlapMs}
            onChange={({ currentTarget }) => setOverlapMs(Number(currentTarget.value))}
          >
            {overlaps.map(({ text, ms }) => (
              <option key={ms} value={ms}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <div className="dialog-foot">
          <button type="submit" className="button primary" disabled={isBusy}>
            Create new secret
          </button>
        </div>
      </form>
    </Dialog>
  );
}
