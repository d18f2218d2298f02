import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { type ApiKeyRowFragment, ApiKeysDocument, RevokeApiKeyDocument } from "../api/index.ts";
import type { Word } from "../format/index.ts";
import { useSession } from "../session/index.ts";
import { Ago, Badge, Confirm, More, NeedsAdmin, Pending, PlusIcon, useAction } from "../ui/index.ts";
import { CreateKeyDialog } from "./create-key-dialog.tsx";

/** The workspace's API keys. */
export default function KeysPage() {
  const isAllowed = useSession().can("ADMIN");
  const { data, error, refetch, fetchMore, loading } = useQuery(ApiKeysDocument, {
    variables: { first: 50 },
    skip: !isAllowed,
  });
  const [isCreating, setIsCreating] = useState(false);
  if (!isAllowed) return <NeedsAdmin what="API keys" />;
  return (
    <>
      <title>API keys · Reelay</title>
      <div className="page-head">
        <h1>API keys</h1>
        <div className="page-tools">
          <button type="button" className="button primary" onClick={() => setIsCreating(true)}>
            <PlusIcon /> Create a key
          </button>
        </div>
      </div>
      {!data ? (
        <Pending what="the API keys" error={error} rows={4} onRetry={refetch} />
      ) : (
        <ul className="lines card" aria-label="API keys">
          {data.apiKeys.edges.map(({ node }) => (
            <KeyLine key={node.id} apiKey={node} />
          ))}
        </ul>
      )}
      <More page={data?.apiKeys.pageInfo} isLoading={loading} fetchMore={fetchMore} />
      {isCreating && (
        <CreateKeyDialog onClose={() => setIsCreating(false)} onCreated={() => void refetch()} />
      )}
    </>
  );
}

function stateOf({ revokedAt, expiresAt }: ApiKeyRowFragment): Word {
  if (revokedAt !== null) return { text: "Revoked", tone: "quiet" };
  if (expiresAt !== null && Date.parse(expiresAt) < Date.now()) return { text: "Expired", tone: "quiet" };
  return { text: "Active", tone: "good" };
}

function KeyLine({ apiKey }: { apiKey: ApiKeyRowFragment }) {
  const { id, name, prefix, scopes, lastUsedAt, createdAt, expiresAt, revokedAt } = apiKey;
  const isOwn = useSession().keyId === id;
  const [isAsked, setIsAsked] = useState(false);
  const { act, isBusy } = useAction();
  return (
    <li className="key">
      <span>
        <strong>{name}</strong> <code>{prefix}…</code>
      </span>
      <Badge word={stateOf(apiKey)} />
      <span className="muted small">
        {scopes.join(", ")}
        {isOwn && " · this session"}
      </span>
      <span className="muted small">
        created <Ago at={createdAt} />, {lastUsedAt === null ? "never used" : "used "}
        {lastUsedAt !== null && <Ago at={lastUsedAt} />}
        {expiresAt !== null && revokedAt === null && `, expires ${new Date(expiresAt).toLocaleDateString()}`}
      </span>
      {revokedAt === null && (
        <button type="button" className="button small" disabled={isBusy} onClick={() => setIsAsked(true)}>
          Revoke<span className="visually-hidden"> {name}</span>
        </button>
      )}
      {isAsked && (
        <Confirm
          title="Revoke this key?"
          action="Revoke the key"
          onClose={() => setIsAsked(false)}
          onConfirm={() => void act(RevokeApiKeyDocument, { id }, `"${name}" is revoked.`)}
        >
          <p>
            Requests with <strong>{name}</strong> will fail within seconds. This can’t be undone.
            {isOwn && " This is your session’s key: you will be signed out."}
          </p>
        </Confirm>
      )}
    </li>
  );
}
