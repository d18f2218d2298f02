import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { StoreUnavailableError } from "@reelay/object-store";
import { GraphQLError, Kind } from "graphql";
import type { Logger } from "pino";
import { ExpectedError, InvalidInputError, StoreFullError } from "../errors/index.ts";
import { isFullDisk } from "../full-disk/index.ts";
import { RateLimitedError, rateLimited } from "../overload/index.ts";
import { isOutage } from "./is-outage.ts";

function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

const OUTAGE_RETRY_AFTER_MS = 2_000;
const storeFullRetryAfterMs = new StoreFullError().retryAfterMs;
const http = {
  UNAUTHENTICATED: { status: 401, headers: { "WWW-Authenticate": "Bearer" } },
  STORE_FULL: { status: 507, headers: { "Retry-After": String(storeFullRetryAfterMs / 1_000) } },
  SERVICE_UNAVAILABLE: { status: 503, headers: { "Retry-After": String(OUTAGE_RETRY_AFTER_MS / 1_000) } },
} as const;

/**
 * graphql-js sets no code for a variable of the wrong type, but clients and the HTTP status depend on one.
 */
function withCode(error: GraphQLError): GraphQLError {
  if (error.nodes?.[0]?.kind !== Kind.VARIABLE_DEFINITION || error.extensions["code"] !== undefined)
    return error;
  Object.assign(error.extensions, { code: "BAD_USER_INPUT", http: { status: 400, spec: true } });
  return error;
}

/**
 * The client's view of an error. Expected errors keep their code and text; outages get a code that allows a
 * retry; bugs become an id under which the log has the details (`graphql.bug`).
 */
export function createMaskError(log: Logger) {
  return (error: unknown): GraphQLError => {
    const at = error instanceof GraphQLError ? { nodes: error.nodes ?? null, path: error.path ?? null } : {};
    const cause = causeOf(error);
    if (cause instanceof RateLimitedError) return rateLimited(cause);
    if (cause instanceof ExpectedError) {
      const field = cause instanceof InvalidInputError ? { field: cause.field } : {};
      const transport = cause.code === "UNAUTHENTICATED" ? { http: http.UNAUTHENTICATED } : {};
      return new GraphQLError(cause.message, {
        ...at,
        extensions: { code: cause.code, ...field, ...transport },
      });
    }
    if (error instanceof GraphQLError && cause instanceof GraphQLError) return withCode(error);
    const errorId = randomUUID();
    if (isFullDisk(cause)) {
      log.error({ errorId, err: cause }, "graphql.store-full");
      const { code, message, retryAfterMs } = new StoreFullError();
      return new GraphQLError(message, {
        ...at,
        extensions: { code, errorId, retryAfterMs, http: http.STORE_FULL },
      });
    }
    if (cause instanceof StoreUnavailableError) {
      log.error({ errorId, err: cause }, "graphql.outage");
      return new GraphQLError("The object store is unavailable or busy; try again in a few seconds.", {
        ...at,
        extensions: {
          code: "SERVICE_UNAVAILABLE",
          errorId,
          retryAfterMs: OUTAGE_RETRY_AFTER_MS,
          http: http.SERVICE_UNAVAILABLE,
        },
      });
    }
    if (isOutage(cause)) {
      log.error({ errorId, err: cause }, "graphql.outage");
      return new GraphQLError("The database is unavailable or busy; try again in a few seconds.", {
        ...at,
        extensions: {
          code: "SERVICE_UNAVAILABLE",
          errorId,
          retryAfterMs: OUTAGE_RETRY_AFTER_MS,
          http: http.SERVICE_UNAVAILABLE,
        },
      });
    }
    log.error({ errorId, path: at.path, err: cause }, "graphql.bug");
    return new GraphQLError(`Internal error. The server's log has the details under the id ${errorId}.`, {
      ...at,
      extensions: { code: "INTERNAL_SERVER_ERROR", errorId },
    });
  };
}

interface HttpExtension {
  status?: number;
  headers?: Readonly<Record<string, string>>;
}

/** Answers a request without executing it, in GraphQL's own format and with the error's HTTP status. */
export function sendGraphQLError(req: IncomingMessage, res: ServerResponse, error: GraphQLError): void {
  const { http, ...extensions } = error.extensions;
  const { status = 500, headers = {} } = (http ?? {}) as HttpExtension;
  const body = JSON.stringify({ errors: [{ message: error.message, extensions }] });
  const type = req.headers.accept?.includes("application/graphql-response+json")
    ? "application/graphql-response+json"
    : "application/json";
  res.writeHead(status, {
    ...headers,
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  res.end(body);
}
