import { ApolloLink, Observable } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { print } from "graphql";
import type { Client } from "graphql-ws";

/**
 * Subscriptions over one WebSocket. After a break the client sends each again by itself; one that has the
 * variable `after` then goes on from the last cursor that came, so that nothing is missed and nothing comes
 * twice.
 */
export const createLiveLink = (socket: Pick<Client, "subscribe">): ApolloLink =>
  new ApolloLink(
    ({ query, operationName, variables: given }) =>
      new Observable((observer) => {
        const variables: Record<string, unknown> = { ...given };
        const isResumable = "after" in variables;
        // Printed again for each connection.
        const payload = { query: print(query), variables, ...(operationName && { operationName }) };
        return socket.subscribe(payload, {
          next(result) {
            const cursor = isResumable ? cursorIn(result.data) : undefined;
            if (cursor !== undefined) variables["after"] = cursor;
            observer.next(result as ApolloLink.Result);
          },
          error: (cause) => observer.error(toError(cause)),
          complete: () => observer.complete(),
        });
      }),
  );

/** The cursor of the one field at the root: its place in the log, or in the video's history. Pure. */
export function cursorIn(data: Record<string, unknown> | null | undefined): string | undefined {
  for (const field of Object.values(data ?? {})) {
    if (typeof field !== "object" || field === null || !("cursor" in field)) continue;
    if (typeof field.cursor === "string") return field.cursor;
  }
  return undefined;
}

/** graphql-ws tells of errors, of closed sockets, and of lists of GraphQL's own. */
function toError(cause: unknown): Error {
  if (cause instanceof Error) return cause;
  if (Array.isArray(cause)) return new CombinedGraphQLErrors({ errors: cause });
  const reason = typeof cause === "object" && cause !== null && "reason" in cause ? String(cause.reason) : "";
  return new Error(reason || "The connection to the API was closed.");
}
