import { SecretDialog } from "../ui/index.ts";

interface WebhookSecretProps {
  /** Null: an earlier answer, which was lost, contained it. */
  secret: string | null;
  note?: string;
  onClose: () => void;
}

/** Shows an endpoint's secret, which is available only now. */
export const WebhookSecret = ({ secret, note, onClose }: WebhookSecretProps) => (
  <SecretDialog title="Save this secret now" secret={secret} onClose={onClose}>
    {secret === null ? (
      <p>
        The endpoint exists, but its secret was already shown and cannot be shown again. Rotate the secret on
        the endpoint’s page.
      </p>
    ) : (
      <p>
        It is shown only once. The receiver verifies messages with it, using any library of{" "}
        <a href="https://www.standardwebhooks.com" target="_blank" rel="noreferrer">
          Standard Webhooks
        </a>
        .
      </p>
    )}
    {note !== undefined && <p className="muted">{note}</p>}
  </SecretDialog>
);
