import { PrismaPg } from "@prisma/adapter-pg";
import type { Messaging } from "@reelay/messaging";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PrismaClient } from "../../prisma/generated/client.ts";
import { createTestDatabase, eventually, type TestDatabase } from "../../tests/kit/index.ts";
import { relayBatch, startRelay } from "./relay.ts";

let database: TestDatabase;
let db: PrismaClient;
beforeAll(async () => {
  database = await createTestDatabase();
  db = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url }) });
});
afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

const sent: string[] = [];
let isAway = false;
const messaging: Pick<Messaging, "publishEncoded"> = {
  publishEncoded: ({ data }: { data: Uint8Array }) => {
    if (isAway) return Promise.reject(new Error("the broker is away"));
    sent.push(Buffer.from(data).toString());
    return Promise.resolve();
  },
};
const deps = () => ({
  db,
  messaging: messaging as Messaging,
  databaseUrl: database.url,
  clock: () => new Date(),
  log: pino({ level: "silent" }),
});
beforeEach(() => {
  sent.length = 0;
  isAway = false;
});

const add = (text: string, availableAt = new Date()) =>
  db.outboxMessage.create({
    data: { attributes: { type: "worker.seen.v1" }, data: Buffer.from(text), availableAt },
  });

test("a row is sent soon after its commit, and only once by two relays", async () => {
  await using _one = await startRelay(deps());
  await using _two = await startRelay(deps());
  await Promise.all(["a", "b", "c", "d"].map((text) => add(text)));
  await eventually(async () => expect(await db.outboxMessage.count()).toBe(0), "the outbox is emptied");
  expect(sent.toSorted()).toEqual(["a", "b", "c", "d"]);
});

test("rows are sent in the order of their writing, those of later not yet", async () => {
  await add("later", new Date(Date.now() + 3_600_000));
  for (const text of ["1", "2", "3"]) await add(text);
  expect(await relayBatch(deps())).toBe(3);
  expect(sent).toEqual(["1", "2", "3"]);
  await db.outboxMessage.deleteMany();
});

test("while the broker is away nothing is lost, and it goes out when it is back", async () => {
  isAway = true;
  await add("kept");
  await expect(relayBatch(deps())).rejects.toThrow("the broker is away");
  expect(await db.outboxMessage.count()).toBe(1);
  isAway = false;
  expect(await relayBatch(deps())).toBe(1);
  expect(sent).toEqual(["kept"]);
});
