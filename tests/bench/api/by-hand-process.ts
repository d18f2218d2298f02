/**
 * The same list, written for nothing else: graphql-yoga as it comes, `pg`, two prepared statements. A key is
 * checked by one look-up of its unique index per request; no limits on documents, no other types, no error
 * texts.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSchema, createYoga } from "graphql-yoga";
import { Pool } from "pg";

interface Row {
  id: string;
  title: string;
  status: string;
  created_at: Date;
}

const [, , connectionString = ""] = process.argv;
// As many connections as the API's own pool has.
const pool = new Pool({ connectionString, max: 10 });

const findKey = {
  name: "key",
  text: "SELECT workspace_id FROM api_keys WHERE hash = $1 AND revoked_at IS NULL",
};
const list = {
  name: "list",
  text: "SELECT id, title, status, created_at FROM videos WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2",
};
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");
const cursorOf = (row: Row) =>
  Buffer.from(JSON.stringify([row.created_at.toISOString(), row.id])).toString("base64url");

const schema = createSchema<{ workspaceId: string }>({
  typeDefs: `
    type Query { videos(first: Int!): VideoConnection! }
    type VideoConnection { edges: [VideoEdge!]! pageInfo: PageInfo! }
    type VideoEdge { cursor: String! node: Video! }
    type Video { id: ID! title: String! status: String! createdAt: String! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
  `,
  resolvers: {
    Query: {
      async videos(_, { first }: { first: number }, { workspaceId }) {
        const { rows } = await pool.query<Row>({ ...list, values: [workspaceId, first + 1] });
        const page = rows.slice(0, first);
        const last = page.at(-1);
        return {
          edges: page.map((node) => ({ node })),
          pageInfo: { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last) : null },
        };
      },
    },
    VideoEdge: { cursor: ({ node }: { node: Row }) => cursorOf(node) },
    Video: {
      id: ({ id }: Row) => Buffer.from(`Video:${id}`).toString("base64url"),
      createdAt: ({ created_at }: Row) => created_at.toISOString(),
    },
  },
});

const yoga = createYoga({
  schema,
  logging: false,
  async context({ request }) {
    const token = request.headers.get("authorization")?.replace(/^Bearer /i, "") ?? "";
    const { rows } = await pool.query<{ workspace_id: string }>({ ...findKey, values: [hashOf(token)] });
    const [key] = rows;
    if (!key) throw new Error("unknown key");
    return { workspaceId: key.workspace_id };
  },
});

const server = createServer((req, res) => void yoga(req, res));
server.listen(0, "127.0.0.1", () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` });
});
process.once("disconnect", () => process.exit(0));
