import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import { createProjection } from "../testing/projection.ts";
import { releaseScrubLease, takeScrubLease } from "./scrub-lease.ts";
import { startScrub } from "./start-scrub.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.db.scrubLease.deleteMany());

const start = new Date("2026-11-22T12:00:00Z");
const after = (ms: number) => new Date(start.getTime() + ms);
const take = (holder: string, ms = 0) => takeScrubLease(system.db, holder, after(ms));

test("one of many concurrent processes gets the lease and keeps it while it renews it", async () => {
  const holders = Array.from({ length: 10 }, (_, index) => `api-${index}`);
  const taken = await Promise.all(holders.map((holder) => take(holder)));
  expect(taken.filter(Boolean)).toHaveLength(1);
  const first = holders[taken.indexOf(true)] ?? "";
  const others = holders.filter((holder) => holder !== first);
  expect(await take(first, 50_000)).toBe(true);
  expect(await Promise.all(others.map((holder) => take(holder, 100_000)))).not.toContain(true);
});

test("another process gets the lease if its holder stopped or did not renew it for a minute", async () => {
  expect(await take("first")).toBe(true);
  expect(await take("second", 60_000)).toBe(false);
  expect(await take("second", 60_001)).toBe(true);
  expect(await take("first", 60_002)).toBe(false);
  // Not its own any more: nothing to give back.
  await releaseScrubLease(system.db, "first");
  expect(await take("first", 60_003)).toBe(false);
  await releaseScrubLease(system.db, "second");
  expect(await take("first", 60_004)).toBe(true);
});

test("two API processes scrub every video once, never concurrently", async () => {
  const { db, operations } = system;
  const ids: string[] = [];
  for (let index = 0; index < 4; index += 1) {
    const { videoId } = await system.createQueuedVideo();
    await db.video.update({
      where: { id: videoId },
      data: { status: "READY", playableAt: new Date(0), readyAt: new Date(0) },
    });
    ids.push(videoId);
  }
  const looks: string[] = [];
  const settings = { periodMs: 60_000, bytesPerSecond: 1_000_000, isDeep: false };
  const process = (holder: string) => {
    const none = () => undefined;
    const metrics = { scrubbed: () => void looks.push(holder), jobCreated: none, damageFound: none };
    return startScrub({ ...operations, metrics, clock: () => new Date(), holder, settings });
  };
  {
    await using _one = process("one");
    await using _two = process("two");
    await eventually(
      async () => (await db.video.count({ where: { id: { in: ids }, scrubbedAt: { not: null } } })) === 4,
      "every video was looked at",
    );
  }
  expect(looks).toHaveLength(4);
  expect(new Set(looks).size).toBe(1);
  // Both have stopped: nothing is held any more.
  expect(await db.scrubLease.count()).toBe(0);
});
