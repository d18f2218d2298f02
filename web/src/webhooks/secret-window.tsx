import { Command } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";

interface SecretWindowProps {
  /** Null where an earlier answer, which was lost, had shown it. */
  secret: string | null;
  /** What becomes of the one before, if there is one. */
  note?: string;
  onClose: () => void;
}

/** A secret, the only time that it is seen. */
export const SecretWindow = ({ secret, note, onClose }: SecretWindowProps) => (
  <Dialog title="Save this secret now" onClose={onClose}>
    {secret === null ? (
      <p>
        The endpoint exists, but its secret was already shown and cannot be shown again. Rotate the secret on
        the endpoint’s page.
      </p>
    ) : (
      <>
        <p>
          It is shown only once. The receiver verifies messages with it, by any library of{" "}
          <a href="https://www.standardwebhooks.com" target="_blank" rel="noreferrer">
            Standard Webhooks
          </a>
          .
        </p>
        <Command text={secret} />
      </>
    )}
    {note !== undefined && <p className="muted">{note}</p>}
    <div className="dialog-foot">
      <button type="button" className="button primary" onClick={onClose}>
        I’ve saved it
      </button>
    </div>
  </Dialog>
);
