import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLSchema } from "graphql";
import { printSorted } from "./print-schema.ts";
import { type ViewerDeps, viewerOf } from "./viewer-of.ts";

export const SCHEMA_PATH = "/schema.graphql";

/**
 * Serves the schema as text, for code generators. Needs an API key in production, as introspection does.
 * Throws as `viewerOf` does.
 */
export function createSchemaDocument(schema: GraphQLSchema, deps: ViewerDeps) {
  const text = printSorted(schema);
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    await viewerOf(req, deps);
    const isRead = req.method === "GET" || req.method === "HEAD";
    res.writeHead(isRead ? 200 : 405, {
      "Content-Type": isRead ? "application/graphql; charset=utf-8" : "text/plain",
      ...(!isRead && { Allow: "GET, HEAD" }),
    });
    res.end(req.method === "GET" ? text : undefined);
  };
}
