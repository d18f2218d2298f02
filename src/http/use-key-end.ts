import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "graphql-yoga";
import { atKeyEnd, type KeyChecks, tokenIn, type Viewer } from "../auth/index.ts";

/** The context of a request: Node's own pair over HTTP, an authenticated viewer over WebSocket. */
export interface RequestContext {
  req?: IncomingMessage;
  res?: ServerResponse;
  viewer?: Viewer | null;
}

/**
 * Ends HTTP streams when their key or token expires; `web-socket.ts` does the same for sockets. The client
 * reconnects with its current credentials.
 */
export function useKeyEnd(checks: KeyChecks): Plugin<object, RequestContext> {
  return {
    onSubscribe: ({ context }) => {
      const { res, req, viewer } = context as RequestContext;
      const token = tokenIn(req?.headers.authorization);
      if (!res || !viewer || token === null) return undefined;
      return {
        onSubscribeResult({ result, setResult }) {
          if (!(Symbol.asyncIterator in result)) return;
          const source = result[Symbol.asyncIterator]();
          const ended = Promise.withResolvers<{ done: true; value: undefined }>();
          const end = () => {
            ended.resolve({ done: true, value: undefined });
            void source.return?.();
          };
          const stop = atKeyEnd(checks, { token, expiresAt: viewer.expiresAt }, end);
          void ended.promise.then(stop);
          setResult({
            [Symbol.asyncIterator]() {
              return this;
            },
            next: () => Promise.race([source.next(), ended.promise]),
            async return() {
              stop();
              return (await source.return?.()) ?? { done: true, value: undefined };
            },
          } as typeof result);
        },
      };
    },
  };
}
