import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";

/** What to tell a person of an error, and what to do about it. Pure. */
export function explain(error: unknown): string {
  if (CombinedGraphQLErrors.is(error)) return error.errors.map(({ message }) => message).join(" ");
  if (ServerError.is(error)) {
    return error.statusCode === 503
      ? "The API is overloaded. Try again in a few seconds."
      : `The API answered with HTTP ${error.statusCode}. Its log has the details.`;
  }
  if (error instanceof TypeError)
    return "The API cannot be reached. Check your network, and that the API is running.";
  return error instanceof Error ? error.message : String(error);
}

/** A mutation's result: a member of its union. */
interface Outcome {
  __typename: string;
  message?: string;
}

/** The sentence of a mutation's expected failure; null when it did what was asked. Pure. */
export const refusal = (outcome: Outcome | null | undefined): string | null =>
  outcome && outcome.__typename.endsWith("Error") ? (outcome.message ?? outcome.__typename) : null;
