import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { createTestDatabase, type TestDatabase } from "../../tests/kit/index.ts";
import { createDatabase } from "../database/database.ts";
import type { Tx } from "../events/record-change.ts";
import { onceByKey } from "./index.ts";

let database: TestDatabase;
/** Two processes: each has its own connections. */
let one: PrismaClient;
let two: PrismaClient;
let workspaceId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const connect = () => createDatabase(database.url);
  [one, two] = [connect(), connect()];
  ({ id: workspaceId } = await one.workspace.create({ data: { name: "first" } }));
});
afterAll(async () => {
  await Promise.all([one.$disconnect(), two.$disconnect()]);
  await database[Symbol.asyncDispose]();
});

const request = (key: string, input: unknown = { title: "a" }, operation = "createVideo") => ({
  workspaceId,
  key,
  operation,
  input,
});
/** An effect that leaves a row to count. */
const addWorkspace =
  (name: string) =>
  (tx: Tx, id: string = randomUUID()) =>
    tx.workspace.create({ data: { id, name } });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (error as { code?: string }).code,
  );

test("a hundred identical concurrent requests at two processes have one effect, and all get its result", async () => {
  const key = randomUUID();
  const ids = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      onceByKey(index % 2 ? one : two, request(key), addWorkspace(key)),
    ),
  );
  expect(new Set(ids).size).toBe(1);
  expect(await one.workspace.count({ where: { name: key } })).toBe(1);
});

test("neither the order of an input's fields nor null fields make a different input", async () => {
  const key = randomUUID();
  const first = await onceByKey(one, request(key, { a: 1, b: { c: 2, d: null } }), addWorkspace(key));
  expect(await onceByKey(two, request(key, { b: { c: 2 }, a: 1 }), addWorkspace(key))).toBe(first);
});

test("the same key with a different input or operation is a conflict", async () => {
  const key = randomUUID();
  await onceByKey(one, request(key), addWorkspace(key));
  expect(await codeOf(onceByKey(one, request(key, { title: "b" }), addWorkspace(key)))).toBe(
    "IDEMPOTENCY_KEY_REUSED",
  );
  expect(await codeOf(onceByKey(two, request(key, { title: "a" }, "retryJob"), addWorkspace(key)))).toBe(
    "IDEMPOTENCY_KEY_REUSED",
  );
});

test("the same key in another workspace is a different key", async () => {
  const key = randomUUID();
  const { id: other } = await addWorkspace("other")(one);
  const first = await onceByKey(one, request(key), addWorkspace(key));
  const second = await onceByKey(one, { ...request(key), workspaceId: other }, addWorkspace(key));
  expect(second).not.toBe(first);
});

test("a key is free again after its transaction was rolled back, also for requests that waited for it", async () => {
  const key = randomUUID();
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const failing = onceByKey(one, request(key), async () => {
    entered.resolve();
    await gate.promise;
    throw new Error("refused");
  });
  await entered.promise;
  const waiting = onceByKey(two, request(key), addWorkspace(key));
  gate.resolve();
  await expect(failing).rejects.toThrow("refused");
  const id = await waiting;
  expect(await one.workspace.findMany({ where: { name: key } })).toMatchObject([{ id }]);
});

test("a request whose first run is still open gets its own error, and a later repeat gets the result", async () => {
  const key = randomUUID();
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const first = onceByKey(one, request(key), async (tx, id) => {
    entered.resolve();
    await gate.promise;
    await addWorkspace(key)(tx, id);
  });
  await entered.promise;
  expect(await codeOf(onceByKey(two, request(key), addWorkspace(key)))).toBe("IDEMPOTENCY_KEY_IN_USE");
  gate.resolve();
  expect(await onceByKey(two, request(key), addWorkspace(key))).toBe(await first);
});

test("an invalid idempotency key is refused", async () => {
  for (const key of ["", "x".repeat(201), "with a NUL \0"]) {
    expect(await codeOf(onceByKey(one, request(key), addWorkspace("never")))).toBe("IDEMPOTENCY_KEY_INVALID");
  }
});
