import SchemaBuilder from "@pothos/core";
import ErrorsPlugin from "@pothos/plugin-errors";
import PrismaPlugin from "@pothos/plugin-prisma";
import RelayPlugin from "@pothos/plugin-relay";
import { encodeGlobalId, parseGlobalId } from "../src/global-id.ts";
import type { Context } from "./context.ts";
import DescribePagingPlugin from "./describe-paging.ts";
import FullDiskPlugin from "./full-disk.ts";
import type PrismaTypes from "./generated/pothos-prisma-types.ts";
import { getDatamodel } from "./generated/pothos-prisma-types.ts";
import NodeBudgetPlugin from "./node-budget.ts";
import type { UrlSource } from "./scalars.ts";

/** Everything in the schema is made by this builder: types register themselves with it, `schema.ts` builds it. */
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
  // The first wraps those after it: a full disk is an expected error by the time that `ErrorsPlugin` sees it.
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
    nodeTypeOptions: { description: "An object with an id of its own, found again by `node`." },
    idFieldOptions: { description: "Opaque id, unique over all types." },
    pageInfoTypeOptions: { description: "Where a page of a list lies." },
    hasNextPageFieldOptions: { description: "Whether there are more entries after this page." },
    hasPreviousPageFieldOptions: { description: "Whether there are more entries before this page." },
    startCursorFieldOptions: {
      description: "Position of the page's first entry, for `before`; null when the page is empty.",
    },
    endCursorFieldOptions: {
      description: "Position of the page's last entry, for `after`; null when the page is empty.",
    },
    edgesFieldOptions: { nullable: false, description: "The page's entries with their positions." },
    nodesFieldOptions: { description: "The page's entries without their positions." },
    nodeFieldOptions: { nullable: false, description: "The entry." },
    cursorFieldOptions: { description: "The entry's position, for `after` and `before`." },
    defaultConnectionTypeOptions: { description: "A page of a list." },
    defaultEdgeTypeOptions: { description: "An entry of a list and its position." },
  },
});

builder.globalConnectionField("totalCount", (t) =>
  t.int({
    description: "Entries in the whole list, whatever the page. Counted only when asked for.",
    resolve: (connection) => connection.totalCount(),
  }),
);

builder.queryType({ description: "What can be read. Needs the scope READ where nothing else is said." });
builder.mutationType({
  description:
    "What can be changed. Needs the scope WRITE where nothing else is said. Expected failures are members of each result and implement `Error`.",
});
builder.subscriptionType({ description: "What can be watched, over WebSocket or server-sent events." });
