import type { Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";
import type { FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from "graphql";
import { CloseCode, type ServerOptions } from "graphql-ws";
import { type Extra, useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";
import { type Authenticate, atKeyExpiry, tokenInPayload, type Viewer } from "../auth/index.ts";
import {
  type OverloadLimits,
  overloaded,
  RateLimitedError,
  rateLimited,
  retryAfterHeader,
  type TakeRequest,
  toGraphQLError,
} from "../overload/index.ts";
import { GRAPHQL_PATH, type Yoga } from "./graphql.ts";
import { pathOf } from "./path.ts";
import type { ResolveDocument } from "./persisted-queries.ts";
import { createRunningAnswers } from "./running-answers.ts";
import { costErrors } from "./use-cost-limit.ts";

/** The state of an authenticated socket. */
interface SocketExtra {
  viewer: Viewer;
  token: string;
}
type Options = ServerOptions<Record<string, unknown>, Extra & Partial<SocketExtra>>;

/**
 * The seam for shared execution, in graphql-ws's own terms. `onSubscribe` is called before parsing, and its
 * result is used. `subscribe` runs a subscription in the server's place: `args.rootValue.subscribe(args)`
 * is the default, `args.contextValue` the resolvers' context with the message's payload as `params`. It may
 * write messages to the socket itself and return an iterable that yields nothing: `return()` is called when
 * the client leaves, and the operation completes when the iterable ends. `errorsOf` receives what is about
 * to be reported for an operation that ended with errors, and returns what to report instead.
 */
export type WebSocketHooks = Partial<Pick<Options, "onSubscribe" | "subscribe">> & {
  errorsOf?: (errors: readonly GraphQLError[]) => readonly GraphQLError[];
};

interface WebSocketDeps {
  httpServer: HttpServer;
  yoga: Yoga;
  authenticate: Authenticate;
  maskError: (error: unknown) => GraphQLError;
  resolveDocument: ResolveDocument;
  hooks?: WebSocketHooks;
  maxBodyBytes: number;
  /** Interval for checking the keys of open sockets again, in milliseconds. */
  recheckMs: number;
  clock: () => Date;
  /** Throws `RateLimitedError` for a key with too many requests. */
  takeRequest: TakeRequest;
  limits: Pick<OverloadLimits, "sockets" | "operationsPerSocket" | "bufferedBytes">;
  /** Receives what was refused because of overload. Default: none. */
  onShed?: (what: "socket" | "subscription") => void;
}

/** Text of the close event. After 4403, well-behaved clients reconnect with their current key. */
const FORBIDDEN = "Forbidden: API key or token missing, unknown, expired or revoked";

/** GraphQL over WebSocket (`graphql-transport-ws`) on the same path as over HTTP. */
export function serveWebSocket({
  httpServer,
  yoga,
  authenticate,
  maskError,
  resolveDocument,
  hooks,
  maxBodyBytes,
  recheckMs,
  clock,
  takeRequest,
  limits,
  onShed,
}: WebSocketDeps) {
  const wss = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes });
  const sockets = new Map<WebSocket, string>();
  const answers = createRunningAnswers();

  httpServer.on("upgrade", (request, socket, head) => {
    if (pathOf(request) !== GRAPHQL_PATH) return refuseUpgrade(socket, "404 Not Found");
    if (wss.clients.size >= limits.sockets) {
      onShed?.("socket");
      return refuseUpgrade(socket, "503 Service Unavailable", retryAfterHeader(overloaded()));
    }
    wss.handleUpgrade(request, socket, head, (webSocket) => {
      // A client that keeps sending and never reads answers. One that only reads slowly skips states instead.
      webSocket.on("message", () => webSocket.bufferedAmount > limits.bufferedBytes && webSocket.terminate());
      wss.emit("connection", webSocket, request);
    });
  });

  const options: Options = {
    execute: (args) => {
      const { execute, socket, operationId } = args.rootValue as RootValue;
      answers.begin(socket, operationId);
      return execute(args);
    },
    subscribe: hooks?.subscribe ?? ((args) => (args.rootValue as RootValue).subscribe(args)),
    onComplete: (ctx, id) => {
      // The `complete` message is sent right after this; a client cut off before it would repeat a mutation.
      setImmediate(() => answers.end(ctx.extra.socket, id));
    },
    onError: (_ctx, _id, _payload, errors) => (hooks?.errorsOf?.(errors) ?? errors).map(plain),
    onNext: (_ctx, _id, _payload, _args, { errors, ...result }) =>
      errors && ({ ...result, errors: errors.map(plain) } as FormattedExecutionResult),
    onConnect: async ({ connectionParams, extra }) => {
      const token = tokenInPayload(connectionParams);
      let viewer: Viewer | null;
      try {
        viewer = token === null ? null : await authenticate(token);
      } catch (error) {
        // Clients reconnect after this code; the code for bugs (4500) would stop them permanently.
        extra.socket.close(1013, maskError(error).message.slice(0, 120));
        return false;
      }
      if (token === null || viewer === null) {
        extra.socket.close(CloseCode.Forbidden, FORBIDDEN);
        return false;
      }
      extra.viewer = viewer;
      extra.token = token;
      sockets.set(extra.socket, token);
      const { socket } = extra;
      const stopWaiting = atKeyExpiry(viewer.expiresAt, clock(), () =>
        socket.close(CloseCode.Forbidden, FORBIDDEN),
      );
      socket.once("close", () => {
        stopWaiting();
        sockets.delete(socket);
      });
      return true;
    },
    onSubscribe: async (ctx, id, sent) => {
      // Messages after our close are sent again to another process, so they must not run here too.
      if (ctx.extra.socket.readyState !== ctx.extra.socket.OPEN) return [toGraphQLError(overloaded())];
      // The count includes this operation.
      if (Object.keys(ctx.subscriptions).length > limits.operationsPerSocket) {
        onShed?.("subscription");
        return [toGraphQLError(overloaded())];
      }
      const { viewer, socket } = ctx.extra;
      // Unreachable: onConnect admits only authenticated viewers.
      if (!viewer) throw new Error("A socket without a viewer subscribes.");
      try {
        takeRequest(viewer);
      } catch (error) {
        if (error instanceof RateLimitedError) return [rateLimited(error)];
        throw error;
      }
      let params: typeof sent;
      try {
        params = { ...sent, query: (await resolveDocument(sent, viewer)) ?? "" };
      } catch (error) {
        return [maskError(error)];
      }
      const answer = await hooks?.onSubscribe?.(ctx, id, params);
      if (answer) return answer;
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        req: ctx.extra.request,
        viewer,
        params,
      });
      try {
        const args = {
          schema,
          operationName: params.operationName ?? null,
          document: parse(params.query),
          variableValues: params.variables ?? null,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe, socket, operationId: id } satisfies RootValue,
        };
        const errors: readonly GraphQLError[] = validate(args.schema, args.document);
        if (errors.length > 0) return errors;
        const { operationName, variables } = params;
        const tooCostly = costErrors({
          schema: args.schema,
          document: args.document,
          operationName,
          variables,
        });
        return tooCostly.length > 0 ? tooCostly : args;
      } catch (error) {
        // `parse` throws a syntax error or the token limit.
        return [maskError(error)];
      }
    },
  };

  // Otherwise the close event of a bug carries its message.
  const graphqlWs = useServer({ ...options, isProd: true }, wss);
  const recheck = setInterval(() => void closeRevoked(sockets, authenticate), recheckMs);
  recheck.unref();

  return {
    sockets,
    /**
     * Asks clients to reconnect (1001), each after its pending answers were sent, and waits up to `graceMs`
     * for them to leave.
     */
    async close(graceMs: number): Promise<void> {
      clearInterval(recheck);
      const cut = setTimeout(() => {
        for (const client of wss.clients) client.terminate();
      }, graceMs);
      try {
        const goAway = (socket: WebSocket) => socket.close(1001, "Going away");
        // The last fifth is for closing handshakes.
        await answers.release(wss.clients, goAway, AbortSignal.timeout(graceMs * 0.8));
        await graphqlWs.dispose();
      } finally {
        clearTimeout(cut);
      }
    },
  };
}

/** Yoga's own execution, with its plugins and masked errors, carried to where graphql-ws runs operations. */
type RootValue = Pick<ReturnType<Yoga["getEnveloped"]>, "execute" | "subscribe"> & {
  socket: WebSocket;
  operationId: string;
};

function refuseUpgrade(socket: Duplex, status: string, headers: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries({ ...headers, Connection: "close" }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`);
}

/** An error without extensions that only matter over HTTP. */
function plain(error: GraphQLError): GraphQLFormattedError {
  const { http: _, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

async function closeRevoked(sockets: ReadonlyMap<WebSocket, string>, authenticate: Authenticate) {
  for (const [socket, token] of sockets) {
    // While the database is unavailable, no key counts as revoked.
    const viewer = await authenticate(token).catch(() => undefined);
    if (viewer === null) socket.close(CloseCode.Forbidden, FORBIDDEN);
  }
}
