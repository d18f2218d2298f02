import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLError } from "graphql";

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
