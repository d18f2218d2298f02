import type { IncomingMessage, ServerResponse } from "node:http";
import { sendNodeResponse } from "@whatwg-node/server";
import type { GraphQLError } from "graphql";
import { createYoga, type Plugin, type YogaServerInstance } from "graphql-yoga";
import { type Context, UnauthenticatedError } from "../../schema/context.ts";
import { schema } from "../../schema/schema.ts";
import { type Authenticate, tokenIn } from "../auth/authenticate.ts";
import type { Viewer } from "../auth/viewer.ts";
import type { Gate } from "../overload/gate.ts";
import { useGate } from "../overload/use-gate.ts";
import { createGraphiQL } from "./graphiql.ts";
import { useLimits } from "./limits.ts";

export const graphqlPath = "/graphql";

/** What a request brings along: Node's own pair over HTTP, a viewer that is already known over WebSocket. */
export interface RequestContext {
  req?: IncomingMessage;
  res?: ServerResponse;
  viewer?: Viewer | null;
}

export interface GraphQLDeps {
  /** Everything of a context but the viewer. */
  context: Omit<Context, "viewer">;
  authenticate: Authenticate;
  maskError: (error: unknown) => GraphQLError;
  isDevelopment: boolean;
  /** Largest body of a request, in bytes. */
  maxBodyBytes: number;
  /** After authentication and limits. */
  plugins?: readonly Plugin[];
  /** What queries and mutations wait at. */
  gate: Gate;
}

export type Yoga = YogaServerInstance<RequestContext, Context>;

/**
 * Asks for the API key before the document is even parsed. Without one, development lets introspection pass (whatever else is asked for then
 * meets `viewerWith`); production lets nothing pass, so strangers cannot feel for the schema by its validation errors.
 */
function useAuthentication(deps: GraphQLDeps): Plugin<object, RequestContext> {
  return {
    onParams: async ({ request, context, setResult }) => {
      const header = request.headers.get("authorization");
      const token = tokenIn(header);
      const refuse = (error: unknown) => setResult({ errors: [deps.maskError(error)] });
      try {
        const viewer = token === null ? null : await deps.authenticate(token);
        Object.assign(context, { viewer });
        if (viewer !== null) return;
        if (header !== null) {
          refuse(
            new UnauthenticatedError(
              "The API key is unknown, has expired or was revoked. Check the header `Authorization: Bearer <api key>`, or ask an administrator of the workspace for another key.",
            ),
          );
        } else if (!deps.isDevelopment) {
          refuse(new UnauthenticatedError());
        }
      } catch (error) {
        refuse(error);
      }
    },
  };
}

/** GraphQL over HTTP: queries and mutations, subscriptions as server-sent events, GraphiQL in development. */
export function createGraphQL(deps: GraphQLDeps): Yoga {
  const graphiql = createGraphiQL();
  return createYoga<RequestContext, Context>({
    schema,
    graphqlEndpoint: graphqlPath,
    context: ({ viewer }) => ({ ...deps.context, viewer: viewer ?? null }),
    plugins: [
      graphiql.withPolicy,
      useAuthentication(deps),
      useLimits(),
      useGate(deps.gate),
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
    // CORS is answered for all paths alike, in server.ts.
    cors: false,
    // Failures are logged by `maskError`, once and with an id.
    logging: false,
  });
}

/**
 * Answers by Yoga. Rejects when Yoga itself fails, where its own listener would send the client the stack.
 */
export async function answerGraphQL(yoga: Yoga, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const response = await yoga.handleNodeRequestAndResponse(req, res, { req, res });
  await sendNodeResponse(response, res, req, true);
}
