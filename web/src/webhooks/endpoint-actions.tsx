import { useApolloClient } from "@apollo/client/react";
import { useId, useState } from "react";
import { useLocation } from "wouter";
import {
  DeleteWebhookEndpointDocument,
  DisableWebhookEndpointDocument,
  EnableWebhookEndpointDocument,
  SendTestWebhookDocument,
  type WebhookEndpointRowFragment,
} from "../api/index.ts";
import { routes } from "../routes.ts";
import {
  Check,
  Confirm,
  EditIcon,
  FormDialog,
  KeyIcon,
  PauseIcon,
  PlayIcon,
  SendIcon,
  TrashIcon,
  useAction,
} from "../ui/index.ts";
import { EndpointDialog } from "./endpoint-dialog.tsx";
import { RotateDialog } from "./rotate-dialog.tsx";

interface EndpointActionsProps {
  endpoint: WebhookEndpointRowFragment;
  /** Receives the id of a test's delivery. */
  onTested: (deliveryId: string) => void;
}

/** Buttons that act on an endpoint. */
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

/** Asks whether to send the missed events. */
function EnableDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [skipMissed, setSkipMissed] = useState(false);
  const { act, isBusy } = useAction();
  const group = useId();

  const enable = async () => {
    if (await act(EnableWebhookEndpointDocument, { id, skipMissed }, "The endpoint is enabled.")) onClose();
  };

  return (
    <FormDialog
      title="Enable this endpoint"
      action="Enable it"
      isDisabled={isBusy}
      onSubmit={enable}
      onClose={onClose}
    >
      <fieldset className="choices">
        <legend>Missed events</legend>
        <Check
          group={group}
          isOn={!skipMissed}
          hint="as far back as the event log reaches"
          onCheck={() => setSkipMissed(false)}
        >
          Send them first
        </Check>
        <Check
          group={group}
          isOn={skipMissed}
          hint="start with new events"
          onCheck={() => setSkipMissed(true)}
        >
          Skip them
        </Check>
      </fieldset>
    </FormDialog>
  );
}
