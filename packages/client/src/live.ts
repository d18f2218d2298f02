/** Subscriptions over one WebSocket, opened when first needed and closed after the last. */
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { createClient } from "graphql-ws/client";
import { type ErrorEntry, ReelayError, toReelayError } from "./errors.ts";

export interface ListenOptions {
  signal?: AbortSignal | undefined;
  /** What to do about a reader who is slower than the stream: keep the newest value only, or at most so many and then throw `TOO_SLOW`. */
  keep: "NEWEST" | number;
}

export interface Live {
  /**
   * The results of a subscription until the server ends it. Connects once: what breaks is thrown as a `ReelayError` that `isPassing`, for
   * whoever knows where to go on.
   */
  listen<TData, TVariables extends Record<string, unknown>>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
    options: ListenOptions,
  ): AsyncGenerator<TData, void, undefined>;
  close(): Promise<void>;
}

export interface LiveOptions {
  url: string;
  getToken: () => Promise<string | undefined>;
  webSocket: unknown;
  /** Whether another try may have another token. */
  canRenewToken: boolean;
}

/** A connection on which nothing comes back for so long is dead, whatever the operating system thinks of it. */
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
    // Its retries would send the old cursor again; ours go on at the last.
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
      { signal, keep }: ListenOptions,
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
            waiting = keep === "NEWEST" ? [data] : [...waiting, data];
            if (keep !== "NEWEST" && waiting.length > keep) finish({ error: tooSlow(keep) });
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
  new ReelayError("TOO_SLOW", `More than ${limit} values of the stream wait to be read.`, {
    isPassing: true,
  });

/** Close codes of graphql-transport-ws that another try does not change. */
const FATAL_CODES = new Set([4400, 4401, 4406, 4409, 4429, 4500]);
const FORBIDDEN = 4403;

/** What graphql-ws gives its sinks: `errors` of the operation, a CloseEvent, or an ErrorEvent of the socket. */
function toSocketError(error: unknown, url: string, canRenewToken: boolean): ReelayError {
  if (Array.isArray(error)) {
    const [first] = error as ErrorEntry[];
    return first ? toReelayError(first) : new ReelayError("INTERNAL_SERVER_ERROR", "No reason was given.");
  }
  if (error instanceof ReelayError) return error;
  const { code, reason } = (error ?? {}) as Partial<CloseEvent>;
  if (code === FORBIDDEN) {
    return new ReelayError("UNAUTHENTICATED", reason ?? "Forbidden", { isPassing: canRenewToken });
  }
  if (code !== undefined && FATAL_CODES.has(code)) {
    return new ReelayError("INTERNAL_SERVER_ERROR", `The socket was closed with ${code}: ${reason}`);
  }
  return new ReelayError("NETWORK_ERROR", `The connection to ${url} broke${code ? ` (${code})` : ""}.`, {
    isPassing: true,
    cause: error,
  });
}
