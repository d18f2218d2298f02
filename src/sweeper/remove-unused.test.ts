import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProjection } from "../testing/projection.ts";
import { removeUnused } from "./remove-unused.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

test("spoken texts go with their workspace, after a month without use, and when a workspace has too many", async () => {
  const { id } = await system.db.workspace.findFirstOrThrow();
  const { deps, store } = system;
  const keys = async () => (await Array.fromAsync(store.list("speech/"))).map(({ key }) => key);
  const own = `${objectKeys.speech(id)}text`;
  const strange = "speech/not-an-id/file";
  await store.put(`${objectKeys.speech(randomUUID())}text`, "of a deleted workspace");
  for (const key of [own, strange]) await store.put(key, "samples");

  await removeUnused(deps);
  expect((await keys()).toSorted()).toEqual([own, strange].toSorted());
  await removeUnused(deps, { maxBytes: 3 });
  expect(await keys()).toEqual([strange]);

  await store.put(own, "samples");
  system.passTime(29 * 86_400_000);
  await removeUnused(deps);
  expect(await keys()).toContain(own);
  system.passTime(2 * 86_400_000);
  await removeUnused(deps);
  expect(await keys()).toEqual([strange]);
});
