import { ApolloClient, ApolloLink, HttpLink } from "@apollo/client";
import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";
import { ErrorLink } from "@apollo/client/link/error";
import { OperationTypeNode } from "graphql";
import { createCache } from "./cache.ts";
import type { ConnectionState, Store } from "./connection.ts";
import { createLiveLink } from "./live-link.ts";
import { createSocket } from "./socket.ts";

/** Everything that speaks to the API with one key. Disposing ends its connection. */
export interface ConsoleClient extends Disposable {
  apollo: ApolloClient;
  connection: Store<ConnectionState>;
}

/** `onUnauthenticated` is called when the API does not know the key, or no longer. */
export function createConsoleClient(key: string, onUnauthenticated: () => void): ConsoleClient {
  const socket = createSocket(key, onUnauthenticated);
  const http = new HttpLink({ uri: "/graphql", headers: { authorization: `Bearer ${key}` } });
  const live = createLiveLink(socket.client);
  const apollo = new ApolloClient({
    cache: createCache(),
    link: ApolloLink.from([
      new ErrorLink(({ error }) => void (isUnauthenticated(error) && onUnauthenticated())),
      ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, live, http),
    ]),
    devtools: { enabled: false },
  });
  return {
    apollo,
    connection: socket.state,
    [Symbol.dispose]() {
      apollo.stop();
      socket[Symbol.dispose]();
    },
  };
}

const isUnauthenticated = (error: unknown): boolean =>
  (CombinedGraphQLErrors.is(error) &&
    error.errors.some(({ extensions }) => extensions?.["code"] === "UNAUTHENTICATED")) ||
  (ServerError.is(error) && error.statusCode === 401);
