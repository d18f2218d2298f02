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

const withoutSuggestion = (error: Error): Error =>
  error instanceof GraphQLError
    ? new GraphQLError(error.message.replace(/ Did you mean .*\?$/s, ""), {
        nodes: error.nodes ?? null,
        extensions: error.extensions,
      })
    : error;
