import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PrismaClient } from "../../prisma/generated/client.ts";
import { patientTransactions } from "../../tests/kit/index.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { applyReport } from "./index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
const queries: string[] = [];
let db: ReturnType<typeof createLoggingClient>;

function createLoggingClient(connectionString: string) {
  const client = new PrismaClient({
    adapter: new PrismaPg({ connectionString }),
    log: [{ emit: "event", level: "query" }],
    transactionOptions: patientTransactions,
  });
  client.$on("query", ({ query }) => queries.push(query));
  return client;
}

beforeAll(async () => {
  system = await createProjection();
  db = createLoggingClient(system.databaseUrl);
});
afterAll(async () => {
  await db.$disconnect();
  await system[Symbol.asyncDispose]();
});

/** Statements that one report costs, by verb and table. */
async function statementsOf(report: Parameters<typeof applyReport>[1]): Promise<string[]> {
  queries.length = 0;
  await applyReport({ ...system.deps, db }, report);
  const statements = queries.map((query) => {
    const [, table = ""] = /(?:FROM|INTO|UPDATE) (?:"public"\.)?"?(\w+)"?/.exec(query) ?? [];
    return `${query.trim().split(/\s/)[0]} ${table}`.trim();
  });
  return statements.toSorted();
}

test("a report reads each row once, and writes only the rows that differ", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref, "worker-1", 0);
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1));
  const longer = attempt.state("RENDERING");
  const [first] = longer.variants;
  if (first?.playlist) first.playlist = { ...first.playlist, segments: 3, sizeBytes: 900_000 };
  expect(await statementsOf(attempt.advanced(2, longer))).toMatchInlineSnapshot(`
    [
      "COMMIT",
      "SELECT assets",
      "SELECT attempts",
      "SELECT audio_tracks",
      "SELECT caption_tracks",
      "SELECT jobs",
      "SELECT sources",
      "SELECT tasks",
      "SELECT variants",
      "SELECT videos",
      "SELECT videos",
      "UPDATE attempts",
      "UPDATE variants",
    ]
  `);
  expect(await statementsOf(attempt.advanced(3, longer))).toMatchInlineSnapshot(`
    [
      "COMMIT",
      "SELECT assets",
      "SELECT attempts",
      "SELECT audio_tracks",
      "SELECT caption_tracks",
      "SELECT jobs",
      "SELECT sources",
      "SELECT tasks",
      "SELECT variants",
      "SELECT videos",
      "SELECT videos",
      "UPDATE attempts",
    ]
  `);
});
