import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { GraphQLSchema } from "graphql";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { createAuthenticate, type Viewer } from "../auth/index.ts";
import type { Context } from "../context/index.ts";
import {
  answerCors,
  answerGraphQL,
  answerGraphQLBody,
  answerMetrics,
  answerScaling,
  type Check,
  createGraphQL,
  createMaskError,
  createReadiness,
  createResolveDocument,
  createSchemaDocument,
  GRAPHQL_PATH,
  pathOf,
  refuseOverloaded,
  SCHEMA_PATH,
  sendGraphQLError,
  sendJson,
  serveWebSocket,
  viewerOf,
  type WebSocketHooks,
} from "../http/index.ts";
import {
  BodyBrokenOffError,
  BodyRefusedError,
  boundWaitingConnections,
  createArrivingBodies,
  createGate,
  createInFlight,
  createRateLimit,
  defaultOverloadLimits,
  discardUnread,
  type Gate,
  hasBody,
  kindOf,
  mostConnections,
  OverloadedError,
  type OverloadLimits,
  overloaded,
  type TakeRequest,
  watchPace,
} from "../overload/index.ts";
import { withoutToken } from "../playback-access/index.ts";
import { MOST_POST_BYTES, PLAYBACK_EVENTS_PATH } from "../playback-events/index.ts";
import { readScaling } from "../scaling/index.ts";
import { type Metrics, useTelemetry } from "../telemetry/index.ts";
import { createTrustedDocuments } from "../trusted-documents/index.ts";

/**
 * Answers a request (true), or leaves it to the next one (false). `body` is there where it was read before
 * (`/api/playback-events`).
 */
export type Handler = (req: IncomingMessage, res: ServerResponse, body?: Buffer) => Promise<boolean>;

/**
 * A route with a key and a body, as GraphQL: the key is checked by the headers, then the body arrives, then a
 * place is taken.
 */
interface BodyRoute {
  handles(path: string): boolean;
  /** Throws an error for `refuse`. */
  admit(req: IncomingMessage): Promise<Viewer>;
  answer(
    req: IncomingMessage,
    res: ServerResponse,
    given: { viewer: Viewer; body: Buffer; gate: Gate },
  ): Promise<void>;
  refuse(res: ServerResponse, error: unknown): void;
}

interface ServerConfig {
  /** GraphiQL, and introspection without an API key. */
  isDevelopment: boolean;
  /** Origins whose pages may call; `*` is all. Default all. */
  corsOrigins?: readonly string[];
  /** Largest body of a GraphQL request. Default 1 MiB. */
  maxBodyBytes?: number;
  /** How long one readiness check may take. Default 2 s. */
  checkTimeoutMs?: number;
  /** How long a check that passed may then be late without harm. Default 10 s. */
  checkLateOkMs?: number;
  /** How often the API keys of open sockets and streams are looked at again. Default 10 s. */
  socketRecheckMs?: number;
  /**
   * How long everything is still served after dispose, while `/readyz` says 503 already: load balancers need
   * some seconds to notice. Default 0.
   */
  drainMs?: number;
  /** How long running requests may go on after that. Default 3 s. */
  graceMs?: number;
  /** Where requests begin to be refused. */
  overload?: Partial<OverloadLimits>;
}

export interface ServerDeps {
  config: ServerConfig;
  schema: GraphQLSchema;
  /** What resolvers get, but for the viewer. */
  context: Omit<Context, "viewer">;
  log: Logger;
  metrics: Pick<Registry, "metrics" | "contentType"> &
    Partial<Pick<Metrics, "graphqlAnswered" | "countSubscribers" | "countOperations" | "requestShed">>;
  /** What `/readyz` asks, by name. */
  checks: Readonly<Record<string, Check>>;
  /** Whatever else is served: media, uploads, the watch page. Asked in order. */
  handlers?: readonly Handler[];
  /** REST. Default: none. */
  rest?: BodyRoute;
  webSocketHooks?: WebSocketHooks;
  /** What keys' requests are counted by, if handlers count theirs with it, too. Default: one of its own. */
  takeRequest?: TakeRequest;
  /** Called when the drain time is over and no new connection is taken, for what handlers have under way. */
  onClosing?: () => void;
}

/**
 * Disposing stops it in order: not ready, then no new connections, then sockets and streams sent elsewhere,
 * running requests finished.
 */
interface ApiServer extends AsyncDisposable {
  httpServer: Server;
  /** Port 0 takes a free one. Rejects with Node's own error (`EADDRINUSE`) when it cannot be had. */
  listen(port: number, host: string): Promise<{ url: string; port: number }>;
}

/** A connection on which nothing moves for so long is closed; streams and sockets have pings. */
const SILENT_MS = 120_000;
/** While a server stops: how often it closes connections that became idle. */
const IDLE_SWEEP_MS = 100;

const MEBIBYTE = 1_048_576;

/**
 * The API process's HTTP side: GraphQL over HTTP, SSE and WebSocket, health, metrics, and the given handlers.
 */
export function createServer(deps: ServerDeps): ApiServer {
  const { config, log, context } = deps;
  const { corsOrigins = ["*"], maxBodyBytes = MEBIBYTE, drainMs = 0, graceMs = 3_000 } = config;
  const limits = { ...defaultOverloadLimits, ...config.overload };
  const authenticate = createAuthenticate({ db: context.db, clock: context.clock });
  const maskError = createMaskError(log);
  const takeRequest =
    deps.takeRequest ??
    createRateLimit({ clock: context.clock, perSecond: context.operations.limits.requestsPerSecond ?? null });
  const { isDevelopment } = config;
  const gate = createGate({
    concurrency: limits.operations,
    maxWaiting: limits.waitingOperations,
    maxWaitMs: limits.waitMs,
  });
  const answerSchema = createSchemaDocument(deps.schema, { authenticate, isDevelopment, takeRequest });
  const inFlight = createInFlight(limits);
  const askReadiness = createReadiness({
    checks: deps.checks,
    timeoutMs: config.checkTimeoutMs ?? 2_000,
    lateOkMs: config.checkLateOkMs ?? 10_000,
    onFailed: (check, error) => log.warn({ check, err: error }, "ready.failed"),
  });
  const resolveDocument = createResolveDocument(createTrustedDocuments(context.db));
  const yoga = createGraphQL({
    schema: deps.schema,
    isDevelopment,
    context,
    authenticate,
    maskError,
    resolveDocument,
    maxBodyBytes,
    recheckMs: config.socketRecheckMs ?? 10_000,
    gate,
    deadlineMs: limits.queryMs,
    takeRequest,
    plugins: [useTelemetry(deps.metrics)],
  });
  let closing: Promise<void> | undefined;

  const onShed = (reason: string) => deps.metrics.requestShed?.(reason);
  const bodies = createArrivingBodies({ limits, onShed });
  const checkingInterval = Math.min(5_000, limits.headersMs);
  const httpServer = createHttpServer({ connectionsCheckingInterval: checkingInterval }, (req, res) => {
    // Kept-alive connections leave in order, each with an answer, instead of being closed under a request
    // that is on its way.
    if (closing) res.setHeader("Connection", "close");
    answer(req, res).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else
        sendJson(res, 500, {
          error: {
            code: "INTERNAL_SERVER_ERROR",
            message: "Something went wrong on the server. Its log has the details.",
          },
        });
      try {
        log.error({ method: req.method, path: withoutToken(pathOf(req)), err: error }, "http.bug");
      } catch {
        // The error may be the log's own, on a full disk.
      }
    });
  });

  // Node's 5 minutes for a whole request would cut long uploads; bodies have limits of their own.
  httpServer.requestTimeout = 0;
  httpServer.headersTimeout = limits.headersMs;
  // Longer than the proxies before us keep theirs, which would else send a request into a closing connection.
  httpServer.keepAliveTimeout = 65_000;
  httpServer.timeout = SILENT_MS;
  boundWaitingConnections(httpServer, limits.waitingConnections, () => onShed("connection"));
  // Never reached, as each part has a bound; beyond it connections are closed unanswered.
  httpServer.maxConnections = 2 * mostConnections(limits);

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (answerCors(req, res, corsOrigins)) return;
    const path = pathOf(req);
    if (path === "/healthz") return sendJson(res, 200, { isOk: true });
    if (path === "/readyz") return answerReady(res);
    if (path === "/metrics") {
      return answerMetrics(req, res, { metrics: deps.metrics, authenticate, isOpen: isDevelopment });
    }
    if (path === "/scaling") {
      const { db, clock, operations } = deps.context;
      const maxRunningTasks = operations.limits.runningTasks ?? null;
      const read = () => readScaling(db, { now: clock(), maxRunningTasks });
      return answerScaling(req, res, { read, authenticate, isOpen: isDevelopment }).catch((error: unknown) =>
        sendGraphQLError(req, res, maskError(error)),
      );
    }
    if (path === SCHEMA_PATH) {
      return answerSchema(req, res).catch((error: unknown) => sendGraphQLError(req, res, maskError(error)));
    }
    const kind = kindOf(req, path);
    discardUnread(req, res);
    if (kind === "upload") {
      const onSlow = () => onShed("slow-upload");
      watchPace(req, { bytesPerSecond: limits.leastPace, windowMs: limits.paceWindowMs, onSlow });
    }
    let work: (() => Promise<void>) | undefined;
    try {
      work = await prepare(req, res, path);
    } catch (error) {
      return refuseRequest(req, res, error, path);
    }
    if (work === undefined) return;
    // A place is taken when work begins, and not while a body arrives.
    if (!inFlight.take(res, kind)) {
      onShed(kind);
      return kind === "render" && deps.rest ? deps.rest.refuse(res, overloaded()) : refuseOverloaded(res);
    }
    await work();
  }

  /**
   * Does what comes before any work: the key by the headers, then the body. Undefined when the request was
   * answered by it.
   */
  async function prepare(
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
  ): Promise<(() => Promise<void>) | undefined> {
    const { rest } = deps;
    if (rest?.handles(path)) {
      const viewer = await rest.admit(req);
      const body = await bodies.read(req, maxBodyBytes);
      return () => rest.answer(req, res, { viewer, body, gate });
    }
    if (path !== GRAPHQL_PATH) {
      if (path === PLAYBACK_EVENTS_PATH && hasBody(req)) {
        const body = await bodies.read(req, MOST_POST_BYTES);
        return () => handle(req, res, path, body);
      }
      return () => handle(req, res, path);
    }
    if (!hasBody(req)) return () => answerGraphQL(yoga, req, res);
    const viewer = await viewerOf(req, { authenticate, isDevelopment, takeRequest });
    const body = await bodies.read(req, maxBodyBytes);
    return () => answerGraphQLBody(yoga, req, res, { body, viewer });
  }

  async function handle(
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    body?: Buffer,
  ): Promise<void> {
    for (const answerBy of deps.handlers ?? []) if (await answerBy(req, res, body)) return;
    sendJson(res, 404, {
      error: { code: "NOT_FOUND", message: `Nothing is at ${path}; the API is at ${GRAPHQL_PATH}.` },
    });
  }

  function refuseRequest(req: IncomingMessage, res: ServerResponse, error: unknown, path: string): void {
    if (error instanceof BodyBrokenOffError) return void res.destroy();
    if (!req.complete) res.setHeader("Connection", "close");
    if (deps.rest?.handles(path)) return deps.rest.refuse(res, error);
    if (error instanceof OverloadedError) return refuseOverloaded(res, error);
    if (error instanceof BodyRefusedError) {
      const { status, code, message } = error;
      return sendJson(res, status, { errors: [{ message, extensions: { code } }], error: { code, message } });
    }
    if (path !== GRAPHQL_PATH) throw error;
    sendGraphQLError(req, res, maskError(error));
  }

  async function answerReady(res: ServerResponse): Promise<void> {
    const result = await askReadiness();
    const isOk = result.isOk && !closing;
    sendJson(res, isOk ? 200 : 503, { ...result, isOk, isClosing: closing !== undefined });
  }

  const webSocket = serveWebSocket({
    httpServer,
    yoga,
    authenticate,
    maskError,
    resolveDocument,
    maxBodyBytes,
    recheckMs: config.socketRecheckMs ?? 10_000,
    clock: context.clock,
    takeRequest,
    limits,
    onShed,
    ...(deps.webSocketHooks && { hooks: deps.webSocketHooks }),
  });

  deps.metrics.countSubscribers?.({ websocket: () => webSocket.sockets.size, sse: () => inFlight.streams });
  deps.metrics.countOperations?.({ running: () => gate.running, waiting: () => gate.waiting });

  async function close(): Promise<void> {
    await delay(drainMs);
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    // Takes no new connections, and closes those that are idle.
    httpServer.close(() => resolve());
    deps.onClosing?.();
    // Streams never end by themselves; their clients reconnect, to another process.
    inFlight.breakStreams();
    // Those whose last answer is sent from now on would stay open for as long as clients may use them again.
    const sweep = setInterval(() => httpServer.closeIdleConnections(), IDLE_SWEEP_MS);
    const cut = setTimeout(() => httpServer.closeAllConnections(), graceMs);
    await Promise.all([webSocket.close(graceMs), closed]);
    clearInterval(sweep);
    clearTimeout(cut);
    await yoga.dispose();
  }

  return {
    httpServer,
    async listen(port, host) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      httpServer.once("error", reject);
      httpServer.listen(port, host, resolve);
      await promise;
      httpServer.off("error", reject);
      const taken = (httpServer.address() as AddressInfo).port;
      const name = host.includes(":") ? `[${host}]` : host;
      return { url: `http://${name}:${taken}`, port: taken };
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}
