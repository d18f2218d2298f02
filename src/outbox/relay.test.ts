import { PrismaPg } from "@prisma/adapter-pg";
import type { Messaging } from "@reelay/messaging";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PrismaClient } from "../../prisma/generated/client.ts";
import {
  createTestDatabase,
  eventually,
  patientTransactions,
  type TestDatabase,
} from "../../tests/kit/index.ts";
import { relayBatch, startRelay } from "./relay.ts";

let database: TestDatabase;
let db: PrismaClient;
beforeAll(async () => {
  database = await createTestDatabase();
  db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: database.url }),
    transactionOptions: patientTransactions,
  });
});
afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

const sent: string[] = [];
/** Texts that the broker refuses, or all. */
let refused: ReadonlySet<string> | "all" = new Set();
const messaging: Pick<Messaging, "publishEncoded"> = {
  publishEncoded: ({ data }: { data: Uint8Array }) => {
    const text = Buffer.from(data).toString();
    if (refused === "all" || refused.has(text)) return Promise.reject(new Error("the broker is away"));
    sent.push(text);
    return Promise.resolve();
  },
};
const time = { now: new Date() };
const deps = () => ({
  db,
  messaging,
  databaseUrl: database.url,
  clock: () => time.now,
  log: pino({ level: "silent" }),
});
beforeEach(() => {
  sent.length = 0;
  refused = new Set();
  time.now = new Date();
});
const passTime = (ms: number) => {
  time.now = new Date(time.now.getTime() + ms);
};

const add = (text: string, { availableAt = time.now, jobId = null as string | null } = {}) =>
  db.outboxMessage.create({
    data: { attributes: { type: "worker.seen.v1" }, data: Buffer.from(text), availableAt, jobId },
  });

test("a row is sent soon after its commit, and only once by two relays", async () => {
  const clock = () => new Date();
  await using _one = await startRelay({ ...deps(), clock });
  await using _two = await startRelay({ ...deps(), clock });
  await Promise.all(["a", "b", "c", "d"].map((text) => add(text)));
  await eventually(async () => expect(await db.outboxMessage.count()).toBe(0), "the outbox is emptied");
  expect(sent.toSorted()).toEqual(["a", "b", "c", "d"]);
});

test("rows are sent in the order in which they were written, and none before it is due", async () => {
  await add("later", { availableAt: new Date(time.now.getTime() + 3_600_000) });
  for (const text of ["1", "2", "3"]) await add(text);
  expect(await relayBatch(deps())).toEqual({ sent: 3, failed: 0 });
  expect(sent).toEqual(["1", "2", "3"]);
  await db.outboxMessage.deleteMany();
});

test("no row is lost while the broker is away; each has a retry time and is sent when the broker returns", async () => {
  refused = "all";
  await add("kept");
  expect(await relayBatch(deps())).toEqual({ sent: 0, failed: 1 });
  const row = await db.outboxMessage.findFirstOrThrow();
  expect(row).toMatchObject({ tries: 1, lastError: "Error: the broker is away" });
  expect(row.availableAt.getTime()).toBeGreaterThan(time.now.getTime());
  expect(await relayBatch(deps())).toEqual({ sent: 0, failed: 0 });
  refused = new Set();
  passTime(5_000);
  expect(await relayBatch(deps())).toEqual({ sent: 1, failed: 0 });
  expect(sent).toEqual(["kept"]);
});

test("a message that the broker refuses blocks only messages of the same job", async () => {
  const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
  refused = new Set(["refused"]);
  await add("refused", { jobId: one });
  await add("after it", { jobId: one });
  await add("of another job", { jobId: other });
  await add("of no job");
  expect(await relayBatch(deps())).toEqual({ sent: 2, failed: 1 });
  expect(sent).toEqual(["of another job", "of no job"]);
  refused = new Set();
  passTime(5_000);
  await relayBatch(deps());
  await relayBatch(deps());
  expect(sent.slice(2)).toEqual(["refused", "after it"]);
});

test("concurrent relays keep the order of each job's messages", async () => {
  const jobs = Array.from({ length: 8 }, () => crypto.randomUUID());
  for (let index = 0; index < 12; index += 1) {
    for (const [job, jobId] of jobs.entries()) await add(`${job}:${index}`, { jobId });
  }
  const drain = async () => {
    while ((await db.outboxMessage.count()) > 0) await relayBatch(deps(), 5);
  };
  await Promise.all([drain(), drain(), drain(), drain()]);
  for (const job of jobs.keys()) {
    const mine = sent.filter((text) => text.startsWith(`${job}:`));
    expect(mine).toEqual(Array.from({ length: 12 }, (_, index) => `${job}:${index}`));
  }
});
