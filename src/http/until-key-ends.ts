import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "graphql-yoga";
import { type Authenticate, tokenIn } from "../auth/authenticate.ts";
import type { Viewer } from "../auth/viewer.ts";

/** The context of a request: Node's own pair over HTTP, an authenticated viewer over WebSocket. */
export interface RequestContext {
  req?: IncomingMessage;
  res?: ServerResponse;
  viewer?: Viewer | null;
}

/** The maximum of `setTimeout`. For an expiry weeks away the regular check is soon enough. */
const longestWaitMs = 2_147_483_647;

/** Calls `end` when a key or token expires. Returns a function that cancels this. */
export function atKeyEnd(expiresAt: Date | null | undefined, now: Date, end: () => void): () => void {
  const waitMs = expiresAt ? expiresAt.getTime() - now.getTime() : Number.POSITIVE_INFINITY;
  if (waitMs > longestWaitMs) return () => undefined;
  const timer = setTimeout(end, Math.max(waitMs, 0));
  timer.unref();
  return () => clearTimeout(timer);
}

/**
 * Ends HTTP streams when their key or token expires; `web-socket.ts` does the same for sockets. The client
 * reconnects with its current credentials.
 */
export function useKeyEnd(deps: {
  authenticate: Authenticate;
  clock: () => Date;
  recheckMs: number;
}): Plugin<object, RequestContext> {
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
          const stopTimer = atKeyEnd(viewer.expiresAt, deps.clock(), end);
          const look = setInterval(() => {
            // While the database is away no key is revoked.
            void deps.authenticate(token).then(
              (known) => known === null && end(),
              () => undefined,
            );
          }, deps.recheckMs);
          look.unref();
          const stop = () => {
            stopTimer();
            clearInterval(look);
          };
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
