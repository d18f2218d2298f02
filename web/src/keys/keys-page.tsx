import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { type ApiKeyRowFragment, ApiKeysDocument, RevokeApiKeyDocument } from "../api/documents.ts";
import { explain } from "../api/explain.ts";
import type { Word } from "../format/words.ts";
import { useSession } from "../session/session.tsx";
import { Badge } from "../ui/badge.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { PlusIcon } from "../ui/icons.tsx";
import { Ago } from "../ui/moment.tsx";
import { Empty, ErrorNotice } from "../ui/notice.tsx";
import { Skeleton, Spinner } from "../ui/spinner.tsx";
import { useAction } from "../ui/use-action.ts";
import { useInView } from "../ui/use-in-view.ts";
import { CreateKeyDialog } from "./create-key-dialog.tsx";

/** Who may do what in this workspace. */
export default function KeysPage() {
  const isAllowed = useSession().can("ADMIN");
  const { data, error, refetch, fetchMore, loading } = useQuery(ApiKeysDocument, {
    variables: { first: 50 },
    fetchPolicy: "cache-and-network",
    nextFetchPolicy: "cache-first",
    skip: !isAllowed,
  });
  const [isCreating, setIsCreating] = useState(false);
  const page = data?.apiKeys.pageInfo;
  const end = useInView<HTMLDivElement>(() => {
    if (page?.hasNextPage && !loading)
      void fetchMore({ variables: { after: page.endCursor } }).catch(() => undefined);
  });
  if (!isAllowed) {
    return (
      <Empty title="This key has no access to API keys" isWholePage>
        <p>Managing keys requires a key with the scope ADMIN. Sign in with one, or ask an administrator.</p>
      </Empty>
    );
  }
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
      {error && !data ? (
        <ErrorNotice title="The keys could not be loaded" onRetry={() => void refetch()}>
          {explain(error)}
        </ErrorNotice>
      ) : !data ? (
        <Skeleton rows={4} label="Loading keys" />
      ) : (
        <ul className="lines card" aria-label="API keys">
          {data.apiKeys.edges.map(({ node }) => (
            <KeyLine key={node.id} apiKey={node} />
          ))}
        </ul>
      )}
      <div ref={end}>{page?.hasNextPage && <Spinner label="Loading more" />}</div>
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
