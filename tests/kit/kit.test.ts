import { createServer } from "node:net";
import { Client } from "pg";
import { expect, test } from "vitest";
import { createTestDatabase, eventually, freePort } from "./index.ts";

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

const tables = (client: Client) =>
  client
    .query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    .then(({ rows }) => rows);

test("two databases at the same time have every table and are isolated from each other", async () => {
  await using one = await createTestDatabase();
  await using two = await createTestDatabase();
  const [first, second] = await Promise.all([connect(one.url), connect(two.url)]);
  await first.query("CREATE TABLE mine ()");
  expect(await tables(first)).toContainEqual({ tablename: "videos" });
  expect(await tables(second)).toContainEqual({ tablename: "videos" });
  expect(await tables(second)).not.toContainEqual({ tablename: "mine" });
  await Promise.all([first.end(), second.end()]);
});

test("an empty database has no tables", async () => {
  await using database = await createTestDatabase({ empty: true });
  const client = await connect(database.url);
  expect(await tables(client)).toEqual([]);
  await client.end();
});

test("a connection left open fails its test and names its last query", async () => {
  const database = await createTestDatabase({ patienceMs: 0 });
  const client = await connect(database.url);
  await client.query("SELECT 'forgotten'");
  await expect(database[Symbol.asyncDispose]()).rejects.toThrow(
    /1 connection\(s\) leaked.*SELECT 'forgotten'/,
  );
});

test("a wait that times out reports its condition and the last result", async () => {
  await expect(eventually(() => false, "pigs fly", { timeoutMs: 50 })).rejects.toThrow(
    "Waited 50 ms, but not yet true: pigs fly (it returned false)",
  );
});

test("a free port can be listened on", async () => {
  await using server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  expect(server.address()).toMatchObject({ port });
});
