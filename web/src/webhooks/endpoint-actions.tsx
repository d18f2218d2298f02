import { useApolloClient } from "@apollo/client/react";
import { type FormEvent, useId, useState } from "react";
import { useLocation } from "wouter";
import {
  DeleteWebhookEndpointDocument,
  DisableWebhookEndpointDocument,
  EnableWebhookEndpointDocument,
  SendTestWebhookDocument,
  type WebhookEndpointRowFragment,
} from "../api/documents.ts";
import { routes } from "../routes.ts";
import { Confirm, Dialog } from "../ui/dialog.tsx";
import { EditIcon, KeyIcon, PauseIcon, PlayIcon, SendIcon, TrashIcon } from "../ui/icons.tsx";
import { useAction } from "../ui/use-action.ts";
import { EndpointDialog } from "./endpoint-dialog.tsx";
import { RotateDialog } from "./rotate-dialog.tsx";

interface EndpointActionsProps {
  endpoint: WebhookEndpointRowFragment;
  /** Told the delivery that a test is. */
  onTested: (deliveryId: string) => void;
}

/** What one can do with an endpoint. */
export function EndpointActions({ endpoint, onTested }: EndpointActionsProps) {
  const { id, status } = endpoint;
  const [asked, setAsked] = useState<"edit" | "rotate" | "enable" | "disable" | "delete" | null>(null);
  const { act, isBusy } = useAction();
  const client = useApolloClient();
  const [, navigate] = useLocation();
  const close = () => setAsked(null);
  const test = async () => {
    const data = await act(SendTestWebhookDocument, { endpointId: id }, "Sending a test event…");
    if (data?.sendTestWebhook.__typename === "WebhookDelivery") onTested(data.sendTestWebhook.id);
  };
  const remove = async () => {
    if ((await act(DeleteWebhookEndpointDocument, { id }, "The endpoint is deleted.")) === null) return;
    navigate(routes.webhooks);
    client.cache.evict({ id: client.cache.identify({ __typename: "WebhookEndpoint", id }) ?? "" });
    client.cache.gc();
  };
  const isEnabled = status === "ENABLED";
  return (
    <div className="page-tools">
      <button type="button" className="button primary" disabled={isBusy} onClick={() => void test()}>
        <SendIcon /> Send a test
      </button>
      <button type="button" className="button" onClick={() => setAsked("edit")}>
        <EditIcon /> Edit
      </button>
      <button type="button" className="button" onClick={() => setAsked("rotate")}>
        <KeyIcon /> Rotate secret
      </button>
      <button
        type="button"
        className="button"
        disabled={isBusy}
        onClick={() => setAsked(isEnabled ? "disable" : "enable")}
      >
        {isEnabled ? <PauseIcon /> : <PlayIcon />} {isEnabled ? "Disable" : "Enable"}
      </button>
      <button type="button" className="button" disabled={isBusy} onClick={() => setAsked("delete")}>
        <TrashIcon /> Delete
      </button>
      {asked === "edit" && <EndpointDialog endpoint={endpoint} onClose={close} />}
      {asked === "rotate" && <RotateDialog id={id} onClose={close} />}
      {asked === "enable" && <EnableDialog id={id} onClose={close} />}
      {asked === "disable" && (
        <Confirm
          title="Disable this endpoint?"
          action="Disable endpoint"
          onClose={close}
          onConfirm={() => void act(DisableWebhookEndpointDocument, { id }, "The endpoint is disabled.")}
        >
          <p>
            Nothing is sent to <strong>{endpoint.url}</strong> until you enable it again. New events stay in
            the event log.
          </p>
        </Confirm>
      )}
      {asked === "delete" && (
        <Confirm
          title="Delete this endpoint?"
          action="Delete the endpoint"
          onClose={close}
          onConfirm={() => void remove()}
        >
          <p>
            <strong>{endpoint.url}</strong> will be deleted with its deliveries and secret. Pending deliveries
            will not be sent. This can’t be undone.
          </p>
        </Confirm>
      )}
    </div>
  );
}

/** Asks what becomes of what was missed. */
function EnableDialog({ id, onClose }: { id: string; onClose: () => void }) {
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
