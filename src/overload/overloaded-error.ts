import { GraphQLError } from "graphql";

const code = "OVERLOADED";

/** There is more to do than this process can; nothing of the request was done. */
export class OverloadedError extends Error {
  readonly code = code;
  /** When it is worth another try, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(
      `The server has more to do than it can just now, and did nothing of this request; send it again in ${Math.ceil(retryAfterMs / 1_000)} s.`,
    );
    this.name = "OverloadedError";
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whole seconds, as the header wants them. */
export const retryAfterHeader = ({
  retryAfterMs,
}: Pick<OverloadedError, "retryAfterMs">): { "Retry-After": string } => ({
  "Retry-After": String(Math.ceil(retryAfterMs / 1_000)),
});

/** As clients of GraphQL see it: over HTTP with 503 and `Retry-After`. */
export const toGraphQLError = (error: OverloadedError): GraphQLError =>
  new GraphQLError(error.message, {
    extensions: {
      code,
      retryAfterMs: error.retryAfterMs,
      http: { status: 503, headers: retryAfterHeader(error) },
    },
  });
