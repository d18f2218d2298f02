import { ApolloProvider, useQuery } from "@apollo/client/react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import {
  type ApiKeyScope,
  type ConnectionState,
  type ConsoleClient,
  createConsoleClient,
  explain,
  SessionDocument,
  type Store,
} from "../api/index.ts";
import { EventsProvider } from "../live/index.ts";
import { ErrorNotice, Spinner } from "../ui/index.ts";
import { forgetKey, keepKey, takeKey } from "./key.ts";
import { SignInPage } from "./sign-in-page.tsx";

/** Who is signed in, and with what right. */
export interface Session {
  workspace: { id: string; name: string };
  keyName: string;
  keyId: string;
  can: (scope: ApiKeyScope) => boolean;
  signOut: () => void;
  connection: Store<ConnectionState>;
}

const SessionContext = createContext<Session | null>(null);

/** Only below `SessionGate`. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is used outside of a session.");
  return session;
}

/** Shows its children to who is signed in, and the sign-in page to everybody else. */
export function SessionGate({ children }: { children: ReactNode }) {
  const [key, setKey] = useState(() => takeKey(localStorage, location, history));
  const [refusal, setRefusal] = useState<string | null>(null);
  const leave = useCallback((why: string | null) => {
    forgetKey(localStorage);
    setKey(null);
    setRefusal(why);
  }, []);
  // A link with a key, opened where the console is open already.
  useEffect(() => {
    const look = () => setKey(takeKey(localStorage, location, history));
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  const signIn = (entered: string) => {
    keepKey(localStorage, entered);
    setRefusal(null);
    setKey(entered);
  };
  if (key === null) return <SignInPage refusal={refusal} onKey={signIn} />;
  return (
    <WithKey key={key} apiKey={key} onLeave={leave}>
      {children}
    </WithKey>
  );
}

interface WithKeyProps {
  apiKey: string;
  onLeave: (why: string | null) => void;
  children: ReactNode;
}

const UNKNOWN_KEY =
  "This key is not valid: it was mistyped, has expired or was revoked. Ask an administrator for another one.";

function WithKey({ apiKey, onLeave, children }: WithKeyProps) {
  const [client, setClient] = useState<ConsoleClient | null>(null);
  useEffect(() => {
    const made = createConsoleClient(apiKey, () => onLeave(UNKNOWN_KEY));
    // Made here and not while rendering: it opens a connection, which the clean-up closes.
    // oxlint-disable-next-line react/set-state-in-effect
    setClient(made);
    return () => made[Symbol.dispose]();
  }, [apiKey, onLeave]);
  if (client === null) return null;
  return (
    <ApolloProvider client={client.apollo}>
      <KnownViewer client={client} onSignOut={() => onLeave(null)}>
        {children}
      </KnownViewer>
    </ApolloProvider>
  );
}

interface KnownViewerProps {
  client: ConsoleClient;
  onSignOut: () => void;
  children: ReactNode;
}

/** ADMIN includes WRITE, which includes READ. OPERATOR stands alone. */
const order: readonly ApiKeyScope[] = ["READ", "WRITE", "ADMIN"];

function KnownViewer({ client, onSignOut, children }: KnownViewerProps) {
  // Requested before anything else: the event log covers everything after this cursor.
  const { data, error, refetch } = useQuery(SessionDocument, { fetchPolicy: "network-only" });
  const session = useMemo((): Session | null => {
    if (!data) return null;
    const { workspace, scopes, apiKey } = data.viewer;
    const highest = Math.max(...scopes.map((scope) => order.indexOf(scope)));
    return {
      workspace,
      keyName: apiKey.name,
      keyId: apiKey.id,
      can: (scope) => (scope === "OPERATOR" ? scopes.includes(scope) : order.indexOf(scope) <= highest),
      signOut: onSignOut,
      connection: client.connection,
    };
  }, [data, onSignOut, client]);
  if (session === null || !data) {
    return (
      <main className="lonely">
        {error ? (
          <ErrorNotice title="The API is not responding" onRetry={() => void refetch()}>
            {explain(error)}
          </ErrorNotice>
        ) : (
          <Spinner label="Signing in" />
        )}
      </main>
    );
  }
  return (
    <SessionContext value={session}>
      <EventsProvider from={data.changes.cursor}>{children}</EventsProvider>
    </SessionContext>
  );
}
