import { type FormEvent, useId, useState } from "react";
import { EnableWebhookEndpointDocument } from "../api/documents.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useAction } from "../ui/use-action.ts";

/** Asks what becomes of what was missed. */
export function EnableDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [skipMissed, setSkipMissed] = useState(false);
  const { act, isBusy } = useAction();
  const group = useId();
  const enable = async (event: FormEvent) => {
    event.preventDefault();
    const done = await act(EnableWebhookEndpointDocument, { id, skipMissed }, "The endpoint is enabled.");
    if (done) onClose();
  };
  return (
    <Dialog title="Enable this endpoint" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void enable(event)}>
        <fieldset className="choices">
          <legend>Missed events</legend>
          <label className="check">
            <input type="radio" name={group} checked={!skipMissed} onChange={() => setSkipMissed(false)} />
            <span>
              Send them first <span className="muted small">as far back as the event log reaches</span>
            </span>
          </label>
          <label className="check">
            <input type="radio" name={group} checked={skipMissed} onChange={() => setSkipMissed(true)} />
            <span>
              Skip them <span className="muted small">start with new events</span>
            </span>
          </label>
        </fieldset>
        <div className="dialog-foot">
          <button type="submit" className="button primary" disabled={isBusy}>
            Enable it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
