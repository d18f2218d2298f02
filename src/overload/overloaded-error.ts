import { GraphQLError } from "graphql";

const code = "OVERLOADED";

/** This process is overloaded; nothing of the request was executed. */
export class OverloadedError extends Error {
  readonly code = code;
  /** When it is worth another try, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(
      `The server is overloaded and did not process this request. Send it again in ${Math.ceil(retryAfterMs / 1_000)} s.`,
    );
    this.name = "OverloadedError";
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whole seconds, as the header requires. */
export const retryAfterHeader = ({
  retryAfterMs,
}: Pick<OverloadedError, "retryAfterMs">): { "Retry-After": string } => ({
  "Retry-After": String(Math.ceil(retryAfterMs / 1_000)),
});

/** For GraphQL clients: over HTTP with 503 and `Retry-After`. */
export const toGraphQLError = (error: OverloadedError): GraphQLError =>
  new GraphQLError(error.message, {
    extensions: {
      code,
      retryAfterMs: error.retryAfterMs,
      http: { status: 503, headers: retryAfterHeader(error) },
    },
  });
