import { useQuery } from "@apollo/client/react";
import { useEffect } from "react";
import { Link } from "wouter";
import {
  explain,
  WebhookDeliveryDocument,
  type WebhookDeliveryQuery,
  type WebhookDeliveryRowFragment,
} from "../api/index.ts";
import { formatClock, formatMoment } from "../format/index.ts";
import { routes } from "../routes.ts";
import { CopyButton, ErrorNotice, Spinner } from "../ui/index.ts";
import { headerLines, prettyBody } from "./message-text.ts";

type Delivery = Extract<NonNullable<WebhookDeliveryQuery["node"]>, { __typename: "WebhookDelivery" }>;
type Attempt = Delivery["attempts"][number];

/** The exact message, and the response to each attempt. */
export function DeliveryDetail({
  delivery: { id, videoId, status, attemptCount },
}: {
  delivery: WebhookDeliveryRowFragment;
}) {
  const { data, error, refetch } = useQuery(WebhookDeliveryDocument, { variables: { id } });
  useEffect(
    () => void refetch().catch(() => undefined),
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- they change when the delivery has new attempts
    [refetch, status, attemptCount],
  );
  const detail = data?.node;
  if (detail?.__typename !== "WebhookDelivery") {
    return error ? (
      <ErrorNotice title="The delivery could not be loaded" onRetry={() => void refetch()}>
        {explain(error)}
      </ErrorNotice>
    ) : (
      <Spinner label="Loading" />
    );
  }
  const { messageId, payload, attempts } = detail;
  const body = prettyBody(payload);
  return (
    <div className="delivery-detail">
      <p className="muted small">
        <code>webhook-id: {messageId}</code>
        {videoId !== null && (
          <>
            , about <Link href={routes.video(videoId)}>this video</Link>
          </>
        )}
      </p>
      {attempts.length === 0 && <p className="muted">No attempts yet.</p>}
      <ol className="attempts">
        {attempts.toReversed().map((attempt) => (
          <AttemptEntry key={attempt.number} attempt={attempt} />
        ))}
      </ol>
      <details>
        <summary>Body, the same in every attempt</summary>
        <Text label="Body" text={body} />
        <CopyButton text={body} label="Copy the body" />
      </details>
    </div>
  );
}

function AttemptEntry({ attempt }: { attempt: Attempt }) {
  const { number, startedAt, durationMs, request, response, error } = attempt;
  return (
    <li className="stack-tight">
      <p>
        Attempt {number}:{" "}
        <strong>{response ? `HTTP ${response.status}` : (error?.code ?? "no answer")}</strong>{" "}
        <span className="muted small numbers" title={formatMoment(startedAt)}>
          at {formatClock(startedAt)}, after {durationMs} ms
        </span>
      </p>
      {error && <p className="attempt-error">{error.message}</p>}
      <details>
        <summary>Request and response</summary>
        <Text label="Request" text={`POST ${request.url}\n${headerLines(request.headers)}`} />
        {response ? (
          <Text
            label="Response"
            text={`HTTP ${response.status}\n${headerLines(response.headers)}\n\n${prettyBody(response.body)}${response.isCut ? "\n… (cut off)" : ""}`}
          />
        ) : (
          <p className="muted small">Nothing came back.</p>
        )}
      </details>
    </li>
  );
}

/** Text as it was sent. Long lines scroll, also by keyboard. */
const Text = ({ label, text }: { label: string; text: string }) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <pre className="log" role="group" tabIndex={0} aria-label={label}>
    {text.trimEnd()}
  </pre>
);
