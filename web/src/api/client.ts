import {
  ApolloClient,
  ApolloLink,
  type FieldMergeFunction,
  type FieldPolicy,
  HttpLink,
  InMemoryCache,
  type StoreObject,
} from "@apollo/client";
import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";
import { ErrorLink } from "@apollo/client/link/error";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import type { ConnectionState, Store } from "./connection.ts";
import { possibleTypes } from "./generated/possible-types.ts";
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
    // Shows what is known at once, and asks again on each visit.
    defaultOptions: { watchQuery: { fetchPolicy: "cache-and-network", nextFetchPolicy: "cache-first" } },
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

/** A list that grows page by page. */
const pages = (keyArgs: string[]) => relayStylePagination(keyArgs) as FieldPolicy;

/** Of a list that only grows at its end, and whose entries have no id. */
const mergeByPlace: FieldMergeFunction<StoreObject[]> = (existing = [], incoming, { mergeObjects }) =>
  incoming.map((entry, index) => mergeObjects(existing[index] ?? {}, entry));

/** The normalised cache: an update from a subscription appears wherever its video is shown. */
const createCache = () =>
  new InMemoryCache({
    possibleTypes,
    typePolicies: {
      Query: {
        fields: {
          videos: pages(["filter", "orderBy"]),
          jobs: pages(["filter"]),
          apiKeys: pages([]),
          questionSets: pages([]),
          batches: pages([]),
        },
      },
      // The table of rows keeps each of its pages; it jumps between them.
      Batch: { fields: { rows: { keyArgs: ["filter", "first", "skip"] }, issues: pages(["filter"]) } },
      BatchCounts: { merge: true },
      BatchReplacement: { merge: true },
      BatchRowEstimate: { merge: true },
      QuestionSet: { fields: { questions: pages(["status"]) } },
      // Parts of their owner that have no id: several documents ask for different fields of them.
      Source: { merge: true },
      SourceProbe: { merge: true },
      Playback: { merge: true },
      Failure: { merge: true },
      Upload: { merge: true },
      Poster: { merge: true },
      Preview: { merge: true },
      Download: { merge: true },
      Queue: { merge: true },
      // A list asks for less of its attempts than the one delivery that is open: neither may take away what
      // the other has.
      WebhookDelivery: { fields: { attempts: { merge: mergeByPlace } } },
      WebhookRequest: { merge: true },
      WebhookResponse: { merge: true },
      AnimationSettings: { merge: true },
      CompositionSettings: { merge: true },
      // Reached by their names.
      Template: { keyFields: ["name", "version"] },
      Profile: { keyFields: ["name"] },
    },
  });
