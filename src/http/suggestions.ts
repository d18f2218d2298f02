import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Viewer } from "../auth/viewer.ts";

/**
 * "Did you mean …?" is for holders of an API key, and for everyone in development. Tokens for browsers get
 * the error without the names, as they may not read the schema either.
 */
export const useSuggestions = (): Plugin<object, { viewer?: Viewer | null }> => ({
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
