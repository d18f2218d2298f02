import { createHash } from "node:crypto";
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { LRUCache } from "lru-cache";
import type { Viewer } from "../auth/index.ts";
import type { FindDocument } from "../trusted-documents/index.ts";

/** The most recently used documents. Each API process has its own; clients send a missing one again. */
const MAX_DOCUMENTS = 1_000;
/** Longer documents are answered and not remembered. */
const MAX_LENGTH = 16_384;

export interface DocumentParams {
  /** Empty over WebSocket, where the protocol requires a text. */
  query?: string | null | undefined;
  extensions?: unknown;
  documentId?: unknown;
}

/** The text of the document that a request sends or names. Throws `GraphQLError` (`PERSISTED_QUERY_…`). */
export type ResolveDocument = (
  params: DocumentParams,
  viewer: Viewer | null | undefined,
) => Promise<string | undefined>;

const refuse = (code: string, message: string) =>
  new GraphQLError(message, {
    extensions: { code, http: { status: code.endsWith("NOT_FOUND") ? 200 : 400 } },
  });

/**
 * Documents by their ids. A workspace's registered documents serve every key of it, and are all that a key
 * with `trustedDocumentsOnly` may send. Other keys also have automatic persisted queries, as Apollo's
 * clients send them: a hash alone, and document and hash together where the API does not know it yet. These
 * are found by their content, so workspaces share them without seeing each other's.
 */
export function createResolveDocument(findTrusted: FindDocument): ResolveDocument {
  const automatic = new LRUCache<string, string>({ max: MAX_DOCUMENTS });

  return async (params, viewer) => {
    const { query } = params;
    const id = idIn(params);
    const isTrustedOnly = viewer?.trustedDocumentsOnly === true;
    if (id === undefined) {
      if (!isTrustedOnly) return query ?? undefined;
      const message =
        "This API key sends registered documents only. Send the document's id instead of its text.";
      throw refuse("PERSISTED_QUERY_REQUIRED", message);
    }
    if (query && !isTrustedOnly) {
      if (createHash("sha256").update(query).digest("hex") !== id) throw mismatch();
      if (query.length <= MAX_LENGTH) automatic.set(id, query);
      return query;
    }
    const remembered = isTrustedOnly ? undefined : automatic.get(id);
    const document = remembered ?? (viewer ? await findTrusted(viewer.workspaceId, id) : undefined);
    // The message is what Apollo's clients recognize.
    if (document === undefined) throw refuse("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
    if (query && query !== document) throw mismatch();
    return document;
  };
}

const mismatch = () =>
  refuse("PERSISTED_QUERY_HASH_MISMATCH", "The document of this id is not the query that was sent with it.");

/** Resolves documents over HTTP and server-sent events, before parsing, because Yoga requires a text then. */
export function usePersistedQueries(
  resolve: ResolveDocument,
  maskError: (error: unknown) => GraphQLError,
): Plugin<object, { viewer?: Viewer | null }> {
  return {
    async onParams({ params, setParams, context }) {
      try {
        const query = await resolve(params, context.viewer);
        if (query !== undefined && query !== params.query) setParams({ ...params, query });
      } catch (error) {
        throw maskError(error);
      }
    },
  };
}

/** In `extensions.persistedQuery`, or in `documentId` as the GraphQL over HTTP specification has it. */
function idIn({ extensions, documentId }: DocumentParams): string | undefined {
  const persisted = fieldOf(extensions, "persistedQuery");
  const id = documentId ?? fieldOf(persisted, "sha256Hash");
  return typeof id === "string" && id !== "" ? id.replace(/^sha256:/, "") : undefined;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
