import { StoreFullError as ObjectStoreFullError } from "@reelay/object-store";
import { expect, test } from "vitest";
import { StoreFullError } from "../errors/errors.ts";
import { asStoreFull, isFullDisk } from "./index.ts";

const withFields = (fields: object) => Object.assign(new Error("failed"), fields);

test.each([
  ["a file", withFields({ code: "ENOSPC" })],
  ["a quota", withFields({ code: "EDQUOT" })],
  ["the store", new ObjectStoreFullError("videos/1/a.mp4")],
  ["PostgreSQL", withFields({ code: "53100" })],
  [
    "PostgreSQL through Prisma",
    withFields({ code: "P2010", meta: { driverAdapterError: { cause: { originalCode: "53100" } } } }),
  ],
  ["the cause of an error", new Error("failed", { cause: withFields({ code: "ENOSPC" }) })],
])("a full disk is recognised: %s", (_, error) => {
  expect(isFullDisk(error)).toBe(true);
  const told = asStoreFull(error);
  expect(told).toBeInstanceOf(StoreFullError);
  expect(told).toMatchObject({ code: "STORE_FULL", retryAfterMs: 5_000 });
  expect((told as Error).message).not.toContain("videos/1");
});

test("other errors are returned unchanged", () => {
  const error = withFields({ code: "ECONNREFUSED", cause: null });
  expect([isFullDisk(error), asStoreFull(error)]).toEqual([false, error]);
});
