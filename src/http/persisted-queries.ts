import { createHash } from "node:crypto";
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { LRUCache } from "lru-cache";

/** The most recently used documents. Each API process has its own; clients send a missing one again. */
const MAX_DOCUMENTS = 1_000;
/** Longer documents are answered and not remembered. */
const MAX_LENGTH = 16_384;

const refuse = (code: string, message: string) =>
  new GraphQLError(message, {
    extensions: { code, http: { status: code.endsWith("NOT_FOUND") ? 200 : 400 } },
  });

/**
 * Automatic persisted queries, as Apollo's clients send them: the hash of a document alone, and document and
 * hash together where the API does not know it yet. Documents are found by what they contain, so workspaces
 * share them without seeing each other's.
 */
export function usePersistedQueries(): Plugin {
  const documents = new LRUCache<string, string>({ max: MAX_DOCUMENTS });

  return {
    onParams({ params, setParams }) {
      const hash = hashIn(params.extensions);
      if (hash === undefined) return;
      const document = params.query ?? documents.get(hash);
      // Thrown, as Yoga would go on to complain of the missing document.
      if (document === undefined) throw refuse("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
      if (params.query && createHash("sha256").update(document).digest("hex") !== hash) {
        const message = "The sha256Hash in extensions.persistedQuery is not the hash of the query.";
        throw refuse("PERSISTED_QUERY_HASH_MISMATCH", message);
      }
      if (document.length <= MAX_LENGTH) documents.set(hash, document);
      setParams({ ...params, query: document });
    },
  };
}

function hashIn(extensions: unknown): string | undefined {
  if (typeof extensions !== "object" || extensions === null || !("persistedQuery" in extensions))
    return undefined;
  const { persistedQuery: asked } = extensions;
  if (typeof asked !== "object" || asked === null || !("sha256Hash" in asked)) return undefined;
  return typeof asked.sha256Hash === "string" ? asked.sha256Hash : undefined;
}
