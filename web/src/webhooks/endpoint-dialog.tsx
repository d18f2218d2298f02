import { useState } from "react";
import {
  CreateWebhookEndpointDocument,
  UpdateWebhookEndpointDocument,
  type WebhookEndpointRowFragment,
} from "../api/index.ts";
import { FormDialog, TextField, useAction } from "../ui/index.ts";
import { toChoice, toEventTypes } from "./filter-choice.ts";
import { FilterField } from "./filter-field.tsx";
import { WebhookSecret } from "./webhook-secret.tsx";

interface EndpointDialogProps {
  /** Null: a new one. */
  endpoint: WebhookEndpointRowFragment | null;
  onClose: () => void;
  /** Called once the user has seen the secret. */
  onCreated?: (endpoint: WebhookEndpointRowFragment) => void;
}

interface Created {
  endpoint: WebhookEndpointRowFragment;
  secret: string | null;
}

/** Creates or edits an endpoint. */
export function EndpointDialog({ endpoint, onClose, onCreated }: EndpointDialogProps) {
  const [url, setUrl] = useState(endpoint?.url ?? "");
  const [description, setDescription] = useState(endpoint?.description ?? "");
  const [choice, setChoice] = useState(() => toChoice(endpoint?.eventTypes ?? []));
  // Resending the form after a lost answer creates no second endpoint; changed input does.
  const [key, setKey] = useState<string>(() => crypto.randomUUID());
  const [problem, setProblem] = useState<string | null>(null);
  const [created, setCreated] = useState<Created | null>(null);
  const { act, isBusy } = useAction();
  const eventTypes = toEventTypes(choice);
  const isNothing = !choice.isAll && eventTypes.length === 0;

  const save = async () => {
    if (isNothing) return setProblem("Select at least one event, or all events.");
    const input = { url: url.trim(), description: description.trim(), eventTypes };
    if (endpoint !== null) {
      const { id } = endpoint;
      const done = await act(
        UpdateWebhookEndpointDocument,
        { input: { id, ...input } },
        "Saved.",
        setProblem,
      );
      if (done) onClose();
      return;
    }
    const data = await act(
      CreateWebhookEndpointDocument,
      { input: { ...input, idempotencyKey: key } },
      null,
      setProblem,
    );
    const result = data?.createWebhookEndpoint;
    if (result?.__typename === "CreatedWebhookEndpoint") setCreated(result);
  };
  const change = (set: () => void) => {
    set();
    setProblem(null);
    setKey(crypto.randomUUID());
  };

  if (created !== null) {
    const close = () => {
      onClose();
      onCreated?.(created.endpoint);
    };
    return <WebhookSecret secret={created.secret} onClose={close} />;
  }
  const isNew = endpoint === null;
  return (
    <FormDialog
      title={isNew ? "Add an endpoint" : "Edit the endpoint"}
      action={isNew ? "Add the endpoint" : "Save"}
      isDisabled={isBusy}
      onSubmit={save}
      onClose={onClose}
    >
      <TextField
        label="Address"
        type="url"
        value={url}
        required
        maxLength={2048}
        spellCheck={false}
        placeholder="https://cms.example/webhooks/reelay"
        problem={problem}
        onText={(text) => change(() => setUrl(text))}
      />
      <FilterField choice={choice} onChoice={(next) => change(() => setChoice(next))} />
      <TextField
        label="Description"
        value={description}
        maxLength={500}
        placeholder="CMS, production"
        onText={(text) => change(() => setDescription(text))}
      />
    </FormDialog>
  );
}
