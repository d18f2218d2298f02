import { GraphQLError } from "graphql";

const CODE = "OVERLOADED";

/** This process is overloaded; nothing of the request was executed. */
export class OverloadedError extends Error {
  readonly code = CODE;
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

/** Long enough that a crowd does not return in step. */
const [leastRetryMs, mostRetryMs] = [1_000, 4_000];

/** For clients refused before their request was read. */
export const overloaded = (): OverloadedError =>
  new OverloadedError(Math.round(leastRetryMs + Math.random() * (mostRetryMs - leastRetryMs)));

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
      code: CODE,
      retryAfterMs: error.retryAfterMs,
      http: { status: 503, headers: retryAfterHeader(error) },
    },
  });
