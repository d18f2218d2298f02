import SchemaBuilder from "@pothos/core";
import ErrorsPlugin from "@pothos/plugin-errors";
import PrismaPlugin from "@pothos/plugin-prisma";
import RelayPlugin from "@pothos/plugin-relay";
import { encodeGlobalId, parseGlobalId } from "../src/inputs/index.ts";
import type { Context } from "./context.ts";
import DescribePagingPlugin from "./describe-paging.ts";
import FullDiskPlugin from "./full-disk.ts";
import type PrismaTypes from "./generated/pothos-prisma-types.ts";
import { getDatamodel } from "./generated/pothos-prisma-types.ts";
import NodeBudgetPlugin from "./node-budget.ts";

export interface UrlSource {
  url: string;
  filename?: string | null;
}

/** The schema builder. Types register themselves with it, and `schema.ts` builds the schema. */
export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Connection: { totalCount: () => Promise<number> };
  Scalars: {
    ID: { Input: string; Output: string | number };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
    SafeInt: { Input: number; Output: number | bigint };
    UrlSource: { Input: UrlSource; Output: UrlSource };
  };
}>({
  // The first plugin wraps the later ones: `ErrorsPlugin` sees a full disk as an expected error.
  plugins: [ErrorsPlugin, FullDiskPlugin, RelayPlugin, PrismaPlugin, DescribePagingPlugin, NodeBudgetPlugin],
  defaultFieldNullability: false,
  errors: {
    directResult: true,
    defaultTypes: [],
    defaultUnionOptions: {
      name: ({ fieldName }) => `${fieldName.charAt(0).toUpperCase()}${fieldName.slice(1)}Result`,
      description: "The result, or an expected failure.",
    },
  },
  prisma: {
    client: (ctx) => ctx.db,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    onUnusedQuery: null,
  },
  relay: {
    clientMutationId: "omit",
    cursorType: "String",
    nodesOnConnection: true,
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: (id) => {
      const parsed = parseGlobalId(id);
      return { typename: parsed?.typename ?? "", id: parsed?.key ?? "" };
    },
    nodeTypeOptions: { description: "An object with a global id, which `node` accepts." },
    idFieldOptions: { description: "Opaque id, unique across all types." },
    pageInfoTypeOptions: { description: "Position of a page within its list." },
    hasNextPageFieldOptions: { description: "Whether entries follow this page." },
    hasPreviousPageFieldOptions: { description: "Whether entries precede this page." },
    startCursorFieldOptions: {
      description: "Cursor of the page's first entry, for `before`. Null if the page is empty.",
    },
    endCursorFieldOptions: {
      description: "Cursor of the page's last entry, for `after`. Null if the page is empty.",
    },
    edgesFieldOptions: { nullable: false, description: "The page's entries with their cursors." },
    nodesFieldOptions: { description: "The page's entries without their cursors." },
    nodeFieldOptions: { nullable: false, description: "The entry." },
    cursorFieldOptions: { description: "The entry's cursor, for `after` and `before`." },
    defaultConnectionTypeOptions: { description: "A page of a list." },
    defaultEdgeTypeOptions: { description: "An entry of a list and its cursor." },
  },
});

builder.globalConnectionField("totalCount", (t) =>
  t.int({
    description: "Number of entries in the whole list. Counted only if selected.",
    resolve: (connection) => connection.totalCount(),
  }),
);

builder.queryType({ description: "Reads. Requires the scope READ unless a field says otherwise." });
builder.mutationType({
  description:
    "Changes. Requires the scope WRITE unless a field says otherwise. Expected failures are members of each result union and implement `Error`.",
});
builder.subscriptionType({ description: "Live updates, over WebSocket or server-sent events." });
