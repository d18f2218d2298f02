import { EnvelopArmorPlugin } from "@escape.tech/graphql-armor";
import { GraphQLError, type ValidationContext } from "graphql";

/**
 * How large a document may be. A level, alias or token costs its sender next to nothing and the server real work, so all are bounded before
 * anything is executed. Each limit is several times what our own console and the documents in docs/ need.
 */
export const limits = {
  /** Nested selections; fragments count for nothing themselves. */
  depth: 12,
  /** See document-cost.ts. */
  cost: 250_000,
  aliases: 30,
  directives: 50,
  /** Words and signs of a document. */
  tokens: 2_000,
} as const;

/** Armor's own errors have no code and claim a syntax error: ours say which limit, and what to do. */
const reject = (code: string, advice: string) => ({
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, found: GraphQLError) => {
      const message = `${found.message.replace("Syntax Error: ", "")} ${advice}`;
      const error = new GraphQLError(message, { extensions: { code, http: { status: 400, spec: true } } });
      // The token limit is met while parsing, where there is nothing to report to.
      if (context === null) throw error;
      context.reportError(error);
    },
  ],
});

/** graphql-armor with our limits, answering with typed errors. */
export const useLimits = () =>
  EnvelopArmorPlugin({
    maxDepth: {
      n: limits.depth,
      flattenFragments: true,
      ...reject(
        "DOCUMENT_TOO_DEEP",
        "Select fewer levels, or ask for the inner ones by their ids with `node`.",
      ),
    },
    // Introspection is open to the same callers; src/http/suggestions.ts hides names from tokens for browsers.
    blockFieldSuggestion: { enabled: false },
    // Reads literals only; use-cost-limit.ts knows the variables.
    costLimit: { enabled: false },
    maxAliases: {
      n: limits.aliases,
      // The default list lets any number of aliases of __typename pass.
      allowList: [],
      ...reject("DOCUMENT_TOO_MANY_ALIASES", "Split the document, or use `nodes(ids:)`."),
    },
    maxDirectives: {
      n: limits.directives,
      ...reject("DOCUMENT_TOO_MANY_DIRECTIVES", "Split the document."),
    },
    maxTokens: { n: limits.tokens, ...reject("DOCUMENT_TOO_LONG", "Split the document.") },
  });
