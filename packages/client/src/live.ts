/** Subscriptions over one WebSocket, opened for the first and closed after the last. */
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { createClient } from "graphql-ws/client";
import { type ErrorEntry, ReelayError, toReelayError } from "./errors.ts";

export interface ListenOptions<TData> {
  signal?: AbortSignal | undefined;
  /**
   * Handling of a reader slower than the stream: keep the newest value of each key, or buffer this many and
   * then throw `TOO_SLOW`.
   */
  keep: ((value: TData) => string) | number;
}

export interface Live {
  /**
   * Yields the results of a subscription until the server ends it. Connects once: failures are thrown as a
   * `ReelayError`, and the caller decides where to resume.
   */
  listen<TData, TVariables extends Record<string, unknown>>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
    options: ListenOptions<TData>,
  ): AsyncGenerator<TData, void, undefined>;
  close(): Promise<void>;
}

export interface LiveOptions {
  url: string;
  getToken: () => Promise<string | undefined>;
  webSocket: unknown;
  /** True if another try may use another token. */
  canRenewToken: boolean;
}

/** A connection without an answer for this long is dead, whatever the operating system reports. */
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

export function createLive({ url, getToken, webSocket, canRenewToken }: LiveOptions): Live {
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: async () => {
      const token = await getToken();
      return token === undefined ? {} : { Authorization: `Bearer ${token}` };
    },
    // Its retries would send the old cursor again. Ours resume after the latest one.
    retryAttempts: 0,
    lazyCloseTimeout: 1_000,
    connectionAckWaitTimeout: 10_000,
    keepAlive: PING_EVERY_MS,
    on: {
      ping: (isReceived) => {
        if (!isReceived) pongTimer = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(pongTimer);
      },
      closed: () => clearTimeout(pongTimer),
    },
    ...(webSocket !== undefined && { webSocketImpl: webSocket }),
  });

  return {
    async *listen<TData, TVariables extends Record<string, unknown>>(
      document: TypedDocumentNode<TData, TVariables>,
      variables: TVariables,
      { signal, keep }: ListenOptions<TData>,
    ) {
      signal?.throwIfAborted();
      let waiting: TData[] = [];
      let end: { error?: unknown } | undefined;
      let wake = () => {};
      const finish = (result: { error?: unknown }) => {
        end ??= result;
        wake();
      };
      const stop = () => finish({ error: signal?.reason });
      signal?.addEventListener("abort", stop, { once: true });
      const unsubscribe = client.subscribe<TData>(
        { query: print(document), variables },
        {
          next({ data, errors }) {
            const [error] = errors ?? [];
            if (error) return finish({ error: toReelayError(error) });
            if (!data) return;
            const older =
              typeof keep === "number" ? waiting : waiting.filter((each) => keep(each) !== keep(data));
            waiting = [...older, data];
            if (typeof keep === "number" && waiting.length > keep) finish({ error: tooSlow(keep) });
            wake();
          },
          error: (error) => finish({ error: toSocketError(error, url, canRenewToken) }),
          complete: () => finish({}),
        },
      );
      try {
        for (;;) {
          while (waiting.length > 0) yield waiting.shift() as TData;
          if (end && "error" in end) throw end.error;
          if (end) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        signal?.removeEventListener("abort", stop);
        unsubscribe();
      }
    },
    close: async () => client.dispose(),
  };
}

const tooSlow = (limit: number) =>
  new ReelayError("TOO_SLOW", `More than ${limit} values of the stream are unread.`, {
    isRetriable: true,
  });

/** Close codes of graphql-transport-ws that another try cannot change. */
const fatalCodes = new Set([4400, 4401, 4406, 4409, 4429, 4500]);
const FORBIDDEN = 4403;

/**
 * Converts what graphql-ws passes to its sinks: the operation's `errors`, a CloseEvent, or the socket's
 * ErrorEvent.
 */
function toSocketError(error: unknown, url: string, canRenewToken: boolean): ReelayError {
  if (Array.isArray(error)) {
    const [first] = error as ErrorEntry[];
    return first
      ? toReelayError(first)
      : new ReelayError("INTERNAL_SERVER_ERROR", "The server gave no reason.");
  }
  if (error instanceof ReelayError) return error;
  const { code, reason } = (error ?? {}) as Partial<CloseEvent>;
  if (code === FORBIDDEN) {
    return new ReelayError("UNAUTHENTICATED", reason ?? "Forbidden", { isRetriable: canRenewToken });
  }
  if (code !== undefined && fatalCodes.has(code)) {
    return new ReelayError("INTERNAL_SERVER_ERROR", `The socket was closed with ${code}: ${reason}`);
  }
  return new ReelayError("NETWORK_ERROR", `The connection to ${url} broke${code ? ` (${code})` : ""}.`, {
    isRetriable: true,
    cause: error,
  });
}
