import { type FormEvent, useId, useState } from "react";
import {
  CreateWebhookEndpointDocument,
  UpdateWebhookEndpointDocument,
  type WebhookEndpointRowFragment,
} from "../api/documents.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useAction } from "../ui/use-action.ts";
import { toChoice, toEventTypes } from "./filter-choice.ts";
import { FilterField } from "./filter-field.tsx";
import { SecretWindow } from "./secret-window.tsx";

interface EndpointDialogProps {
  /** Null makes a new one. */
  endpoint: WebhookEndpointRowFragment | null;
  onClose: () => void;
  /** Called when the secret of a new one was seen. */
  onCreated?: (endpoint: WebhookEndpointRowFragment) => void;
}

interface Created {
  endpoint: WebhookEndpointRowFragment;
  secret: string | null;
}

/** Makes an endpoint, or changes one: where to, what, and what for. */
export function EndpointDialog({ endpoint, onClose, onCreated }: EndpointDialogProps) {
  const [url, setUrl] = useState(endpoint?.url ?? "");
  const [description, setDescription] = useState(endpoint?.description ?? "");
  const [choice, setChoice] = useState(() => toChoice(endpoint?.eventTypes ?? []));
  // A repeat after a lost answer makes no second endpoint; another address or filter is another endpoint.
  const [key, setKey] = useState<string>(() => crypto.randomUUID());
  const [problem, setProblem] = useState<string | null>(null);
  const [created, setCreated] = useState<Created | null>(null);
  const { act, isBusy } = useAction();
  const [urlId, textId, problemId] = [useId(), useId(), useId()];
  const eventTypes = toEventTypes(choice);
  const isNothing = !choice.isAll && eventTypes.length === 0;

  const save = async (event: FormEvent) => {
    event.preventDefault();
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
    return <SecretWindow secret={created.secret} onClose={close} />;
  }
  return (
    <Dialog title={endpoint === null ? "Add an endpoint" : "Edit the endpoint"} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <label className="field" htmlFor={urlId}>
          Address
          <input
            id={urlId}
            type="url"
            value={url}
            required
            maxLength={2048}
            spellCheck={false}
            placeholder="https://cms.example/webhooks/reelay"
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : problemId}
            onChange={({ currentTarget }) => change(() => setUrl(currentTarget.value))}
          />
        </label>
        <FilterField choice={choice} onChoice={(next) => change(() => setChoice(next))} />
        <label className="field" htmlFor={textId}>
          Description
          <input
            id={textId}
            value={description}
            maxLength={500}
            placeholder="CMS, production"
            onChange={({ currentTarget }) => change(() => setDescription(currentTarget.value))}
          />
        </label>
        {problem !== null && (
          <p className="notice bad" role="alert" id={problemId}>
            {problem}
          </p>
        )}
        <div className="dialog-foot">
          <button type="submit" className="button primary" disabled={isBusy}>
            {endpoint === null ? "Add the endpoint" : "Save"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
