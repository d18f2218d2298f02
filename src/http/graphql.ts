import type { IncomingMessage, ServerResponse } from "node:http";
import { sendNodeResponse } from "@whatwg-node/server";
import { GraphQLError, type GraphQLSchema } from "graphql";
import { createYoga, type Plugin, type YogaServerInstance } from "graphql-yoga";
import type { Authenticate, Viewer } from "../auth/index.ts";
import type { Context } from "../context/index.ts";
import { type Gate, type TakeRequest, useGate } from "../overload/index.ts";
import { createGraphiQL } from "./graphiql.ts";
import { useLimits } from "./limits.ts";
import { type ResolveDocument, usePersistedQueries } from "./persisted-queries.ts";
import { useTokenFields } from "./token-fields.ts";
import { useCostLimit } from "./use-cost-limit.ts";
import { type RequestContext, useKeyEnd } from "./use-key-end.ts";
import { viewerOf } from "./viewer-of.ts";

export const GRAPHQL_PATH = "/graphql";

interface GraphQLDeps {
  schema: GraphQLSchema;
  /** Everything of a context but the viewer. */
  context: Omit<Context, "viewer">;
  authenticate: Authenticate;
  maskError: (error: unknown) => GraphQLError;
  resolveDocument: ResolveDocument;
  isDevelopment: boolean;
  /** Largest body of a request, in bytes. */
  maxBodyBytes: number;
  /** After authentication and limits. */
  plugins?: readonly Plugin[];
  /** Throws `RateLimitedError` for a key with too many requests. */
  takeRequest: TakeRequest;
  /** Interval for checking the keys of open streams again, in milliseconds. */
  recheckMs: number;
  /** Admission gate for queries and mutations. */
  gate: Gate;
  /** Time limit for executing a query, in milliseconds. */
  deadlineMs: number;
}

export type Yoga = YogaServerInstance<RequestContext, Context>;

/** Requires the API key before the document is parsed, unless it was checked before the body was read. */
function useAuthentication(deps: GraphQLDeps): Plugin<object, RequestContext> {
  return {
    onParams: async ({ request, context, setResult }) => {
      if (context.viewer !== undefined) return;
      const authorization = request.headers.get("authorization") ?? undefined;
      try {
        Object.assign(context, { viewer: await viewerOf({ headers: { authorization } }, deps) });
      } catch (error) {
        setResult({ errors: [deps.maskError(error)] });
      }
    },
  };
}

/** GraphQL over HTTP: queries and mutations, subscriptions as server-sent events, GraphiQL in development. */
export function createGraphQL(deps: GraphQLDeps): Yoga {
  const graphiql = createGraphiQL();
  return createYoga<RequestContext, Context>({
    schema: deps.schema,
    graphqlEndpoint: GRAPHQL_PATH,
    extraParamNames: ["documentId"],
    context: ({ viewer }) => ({ ...deps.context, viewer: viewer ?? null }),
    plugins: [
      graphiql.withPolicy,
      useAuthentication(deps),
      usePersistedQueries(deps.resolveDocument, deps.maskError),
      useLimits(),
      useCostLimit(),
      useTokenFields(),
      useSuggestions(),
      useGate(deps.gate, deps.deadlineMs),
      useKeyEnd({ authenticate: deps.authenticate, clock: deps.context.clock, recheckMs: deps.recheckMs }),
      ...(deps.plugins ?? []),
    ],
    renderGraphiQL: graphiql.render,
    maskedErrors: { maskError: deps.maskError },
    maxRequestBodySize: deps.maxBodyBytes,
    graphiql: deps.isDevelopment && {
      title: "Reelay",
      subscriptionsProtocol: "WS",
      defaultQuery: "query { viewer { workspace { name } scopes } }",
    },
    landingPage: false,
    // server.ts handles CORS uniformly for all paths.
    cors: false,
    // Failures are logged by `maskError`, once and with an id.
    logging: false,
  });
}

/**
 * Answers through Yoga. Rejects if Yoga itself fails; its own listener would send the stack to the client.
 */
export async function answerGraphQL(yoga: Yoga, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const response = await yoga.handleNodeRequestAndResponse(req, res, { req, res });
  await sendNodeResponse(response, res, req, true);
}

interface ReadRequest {
  body: Buffer;
  viewer: Viewer | null;
}

/** Like `answerGraphQL`, for a request whose body was read and whose viewer is known. */
export async function answerGraphQLBody(
  yoga: Yoga,
  req: IncomingMessage,
  res: ServerResponse,
  { body, viewer }: ReadRequest,
): Promise<void> {
  const left = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) left.abort();
  });
  const { Request } = yoga.fetchAPI;
  const headers = Object.entries(req.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const request = new Request(`http://${req.headers.host ?? "localhost"}${req.url ?? "/"}`, {
    method: req.method ?? "POST",
    headers,
    body: new Uint8Array(body),
    signal: left.signal,
  });
  const response = await yoga.handle(request, { req, res, viewer });
  await sendNodeResponse(response, res, req, true);
}

/**
 * "Did you mean …?" is for holders of an API key, and for everyone in development. Tokens for browsers get
 * the error without the names, as they may not read the schema either.
 */
const useSuggestions = (): Plugin<object, { viewer?: Viewer | null }> => ({
  onValidate({ context }) {
    const isForBrowser = (context as { viewer?: Viewer | null }).viewer?.grant !== undefined;
    if (!isForBrowser) return undefined;
    return ({ result, setResult }) => setResult(result.map(withoutSuggestion));
  },
});

function withoutSuggestion(error: Error): Error {
  if (!(error instanceof GraphQLError)) return error;
  const { message, nodes, extensions } = error;
  const suggestion = message.endsWith("?") ? message.indexOf(" Did you mean ") : -1;
  if (suggestion === -1) return error;
  return new GraphQLError(message.slice(0, suggestion), { nodes: nodes ?? null, extensions });
}
