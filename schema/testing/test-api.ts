/**
 * A test API: real server, real Postgres, keys of two workspaces, a local store in a temporary folder,
 * doubles for uploads and live progress.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { createLocalObjectStore } from "@reelay/object-store";
import { pino } from "pino";
import { Registry } from "prom-client";
import { PrismaClient } from "../../prisma/generated/client.ts";
import type { ApiKeyScope } from "../../prisma/generated/enums.ts";
import { createServer, type ServerDeps } from "../../src/api/server.ts";
import { createApiKey } from "../../src/auth/api-keys.ts";
import { createEventLog } from "../../src/events/index.ts";
import { createTestContext } from "../../src/testing/test-context.ts";
import { TestLive } from "../../src/testing/test-live.ts";
import { createTestDatabase, patientTransactions } from "../../tests/kit/index.ts";
import { schema } from "../index.ts";

export interface GraphQLAnswer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they come
  data?: any;
  errors?: Array<{ message: string; path?: unknown[]; extensions?: Record<string, unknown> }>;
}

export async function createTestApi(overrides: Partial<Omit<ServerDeps, "context">> = {}) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const queries: string[] = [];
  /** The same with their values, as JSON. */
  const sent: { query: string; params: string }[] = [];
  const db = stack.adopt(
    new PrismaClient({
      adapter: new PrismaPg({ connectionString: database.url }),
      log: [{ emit: "event", level: "query" }],
      transactionOptions: patientTransactions,
    }),
    (client) => client.$disconnect(),
  );
  db.$on("query", ({ query, params }) => {
    queries.push(query);
    sent.push({ query, params });
  });
  const live = new TestLive(db);
  const logged: Array<Record<string, unknown>> = [];
  const log = pino({}, { write: (line) => void logged.push(JSON.parse(line)) });
  let now = new Date();
  const clock = () => now;
  const directory = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-api-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const store = stack.use(createLocalObjectStore({ directory, publicBaseUrl: "http://store/" }));
  const events = stack.use(await createEventLog({ db, databaseUrl: database.url, log }));
  const context = createTestContext({ db, log, store, live, events, clock });
  const server = stack.use(
    createServer({
      schema,
      config: { isDevelopment: true, graceMs: 500 },
      log,
      metrics: new Registry(),
      checks: {},
      ...overrides,
      context,
    }),
  );
  const { url } = await server.listen(0, "127.0.0.1");

  const workspace = async (name: string) => {
    const { id } = await db.workspace.create({ data: { name } });
    const keyWith = async (...scopes: ApiKeyScope[]) =>
      (await createApiKey(db, { workspaceId: id, name: scopes.join("+"), scopes })).token;
    return {
      id,
      read: await keyWith("READ"),
      write: await keyWith("WRITE"),
      admin: await keyWith("ADMIN"),
      /** OPERATOR only, without access to the workspace. */
      operator: await keyWith("OPERATOR"),
      /** Like the key of `npm start`. */
      all: await keyWith("ADMIN", "OPERATOR"),
    };
  };
  const ours = await workspace("ours");
  const theirs = await workspace("theirs");

  return {
    db: db as PrismaClient,
    databaseUrl: database.url,
    log,
    live,
    store,
    playback: context.operations.playback,
    clock,
    url,
    graphql: `${url}/graphql`,
    webSocket: `${url.replace("http", "ws")}/graphql`,
    ours,
    theirs,
    queries,
    sent,
    logged,
    server,
    advance: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
    async ask(
      query: string,
      variables: Record<string, unknown> = {},
      token: string | null = ours.write,
    ): Promise<GraphQLAnswer> {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/graphql-response+json",
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as object) };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export type TestApi = Awaited<ReturnType<typeof createTestApi>>;
