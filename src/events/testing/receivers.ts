/**
 * Receivers as they are written outside: one function asks, the others follow over a WebSocket or server-sent
 * events.
 */
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import type { TestEventApi } from "./event-apis.ts";

type Api = Pick<TestEventApi, "url" | "token">;

export interface ReceivedEvent {
  cursor: string;
  type: string;
  data: Record<string, unknown>;
}

export interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

export interface ChangesPage {
  events: ReceivedEvent[];
  cursor: string;
  hasMore: boolean;
}

export interface EventsVariables {
  after?: string | null;
  first?: number;
  videoId?: string;
  types?: string[];
}

const changesDocument = `query ($after: String, $first: Int, $videoId: ID, $types: [String!]) {
  changes(after: $after, first: $first, videoId: $videoId, types: $types) { events { cursor type data } cursor hasMore } }`;

const eventsDocument = `subscription ($after: String, $videoId: ID, $types: [String!]) {
  events(after: $after, videoId: $videoId, types: $types) { cursor type data } }`;

export async function ask<Data>(
  { url, token }: Api,
  query: string,
  variables: object = {},
): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer<Data>;
}

export const askChanges = (api: Api, variables: EventsVariables = {}) =>
  ask<{ changes: ChangesPage }>(api, changesDocument, variables);

/** A page, or what is wrong with the request thrown. */
export async function changes(api: Api, variables: EventsVariables = {}): Promise<ChangesPage> {
  const { data, errors } = await askChanges(api, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.changes;
}

export interface FollowOptions {
  /** Cuts the connection, without a word to the server. */
  cut?: AbortSignal;
  /** Is given the socket, where there is one. */
  opened?: (socket: WebSocket) => void;
}

export type Follow = (
  api: Api,
  variables?: EventsVariables,
  options?: FollowOptions,
) => AsyncGenerator<ReceivedEvent, void>;

/** Over a WebSocket. Throws when the connection or the operation fails. */
export async function* followByWebSocket(
  { url, token }: Api,
  variables: EventsVariables = {},
  { cut, opened }: FollowOptions = {},
): AsyncGenerator<ReceivedEvent, void> {
  const client = createClient({
    url: url.replace("http", "ws"),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    on: {
      connected: (connected) => {
        const socket = connected as WebSocket;
        opened?.(socket);
        if (cut?.aborted) socket.terminate();
        cut?.addEventListener("abort", () => socket.terminate());
      },
    },
  });
  try {
    const query = eventsDocument;
    for await (const { data, errors } of client.iterate<{ events: ReceivedEvent }>({
      query,
      variables: { ...variables },
    })) {
      if (!data) throw new Error(JSON.stringify(errors));
      yield data.events;
    }
  } finally {
    await client.dispose();
  }
}

/**
 * Over server-sent events: reads no further than it is asked. Throws when the connection or the operation
 * fails.
 */
export async function* followByServerSentEvents(
  { url, token }: Api,
  variables: EventsVariables = {},
  { cut }: FollowOptions = {},
): AsyncGenerator<ReceivedEvent, void> {
  const left = new AbortController();
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query: eventsDocument, variables }),
    signal: cut === undefined ? left.signal : AbortSignal.any([left.signal, cut]),
  });
  try {
    let text = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        const json = /^data: ?(.+)$/m.exec(message)?.[1];
        if (json === undefined) continue;
        const { data, errors } = JSON.parse(json) as Answer<{ events: ReceivedEvent }>;
        if (!data) throw new Error(JSON.stringify(errors));
        yield data.events;
      }
    }
  } finally {
    left.abort();
  }
}

/** The next of them, this many. */
export async function take(
  stream: AsyncGenerator<ReceivedEvent, void>,
  count: number,
): Promise<ReceivedEvent[]> {
  const taken: ReceivedEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await stream.next();
    if (done === true) throw new Error(`The stream ended after ${taken.length} of ${count} events.`);
    taken.push(value);
  }
  return taken;
}
