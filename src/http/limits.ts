import { EnvelopArmorPlugin } from "@escape.tech/graphql-armor";
import { GraphQLError, type ValidationContext } from "graphql";

/**
 * Size limits of a document. A level, alias or token costs its sender almost nothing but the server real
 * work, so all are limited before execution. Each limit is several times what our console and the documents
 * in docs/ need.
 */
export const limits = {
  /** Nested selections; fragments themselves do not count. */
  depth: 12,
  /** See document-cost.ts. */
  cost: 250_000,
  aliases: 30,
  directives: 50,
  /** Words and punctuation of a document. */
  tokens: 2_000,
} as const;

/** Armor's own errors have no code and claim a syntax error. Ours name the limit and the remedy. */
const reject = (code: string, advice: string) => ({
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, found: GraphQLError) => {
      const message = `${found.message.replace("Syntax Error: ", "")} ${advice}`;
      const error = new GraphQLError(message, { extensions: { code, http: { status: 400, spec: true } } });
      // The token limit is reached during parsing, where there is no context to report to.
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
    // Introspection is open to the same callers; src/http/suggestions.ts hides names from tokens for
    // browsers.
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
