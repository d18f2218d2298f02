import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProjection } from "../testing/projection.ts";
import { removeOrphans } from "./remove-orphans.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const keys = async () => (await Array.fromAsync(system.store.list("videos/"))).map(({ key }) => key);

test("files that a killed worker left for a deleted video are removed after a day; other folders are kept", async () => {
  const { videoId } = await system.createQueuedVideo();
  const source = objectKeys.source(videoId, "clip.mp4");
  const strange = "videos/not-an-id/file";
  const left = objectKeys.attemptFile(randomUUID(), randomUUID(), "144p", "00000.m4s");
  for (const key of [source, strange, left]) await system.store.put(key, "bytes");

  await removeOrphans(system.deps, undefined);
  expect(await keys()).toContain(left);
  system.passTime(2 * 86_400_000);
  expect(await removeOrphans(system.deps, undefined)).toBeUndefined();
  expect((await keys()).toSorted()).toEqual([source, objectKeys.status(videoId), strange].toSorted());
});

test("a pass starts after the given folder", async () => {
  const orphans = [randomUUID(), randomUUID()].sort().map((id) => objectKeys.source(id, "clip.mp4"));
  for (const key of orphans) await system.store.put(key, "bytes");
  system.passTime(2 * 86_400_000);
  await removeOrphans(system.deps, `${orphans[0]?.split("/").slice(0, 2).join("/")}/`);
  expect((await keys()).filter((key) => orphans.includes(key))).toEqual(orphans.slice(0, 1));
});
