import { ApolloClient, gql, InMemoryCache } from "@apollo/client";
import type { Client, Sink } from "graphql-ws";
import { expect, test } from "vitest";
import { createLiveLink, cursorIn } from "./live-link.ts";

test("the cursor is that of the only root field", () => {
  expect(cursorIn({ events: { id: "1", cursor: "c1" } })).toBe("c1");
  expect(cursorIn({ videoProgress: { id: "1" } })).toBeUndefined();
  expect(cursorIn({ events: null })).toBeUndefined();
  expect(cursorIn(null)).toBeUndefined();
});

test("a subscription that reconnects continues from the last received cursor", () => {
  const sent: { payload: Parameters<Client["subscribe"]>[0]; sink: Sink<{ data?: unknown }> }[] = [];
  const subscribe: Client["subscribe"] = (payload, sink) => {
    sent.push({ payload, sink });
    return () => undefined;
  };
  const client = new ApolloClient({ cache: new InMemoryCache(), link: createLiveLink({ subscribe }) });
  const query = gql`
    subscription Follow($after: String) {
      events(after: $after) {
        id
        cursor
      }
    }
  `;
  client.subscribe({ query, variables: { after: "c0" } }).subscribe({});
  const [first] = sent;
  expect(first?.payload.variables).toEqual({ after: "c0" });
  first?.sink.next({ data: { events: { __typename: "Event", id: "1", cursor: "c1" } } });
  // The same payload is what the socket's client turns into text at the next connection.
  expect(first?.payload.variables).toEqual({ after: "c1" });
});
