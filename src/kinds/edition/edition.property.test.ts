/** Whatever happens to editions, viewers of the video never notice a failure, and nothing is left behind. */
import { objectKeys } from "@reelay/contracts";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConflictError } from "../../errors/index.ts";
import { cancelVideo } from "../../jobs/index.ts";
import { retryVideo } from "../index.ts";
import { createEditionWorld, quiz } from "./testing/edition-world.ts";

let world: Awaited<ReturnType<typeof createEditionWorld>>;
beforeAll(async () => {
  world = await createEditionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const DAY = 86_400_000;

const steps = [
  ...(["update", "begin", "complete", "incomplete", "fail"] as const),
  ...(["lose", "cancel", "retry", "late", "day"] as const),
];
type Step = (typeof steps)[number];

async function run(taken: readonly Step[]): Promise<void> {
  const { system } = world;
  const { operations, viewer } = system;
  const { videoId } = await world.readyVideo();
  const attempts: ReturnType<typeof world.drawing>[] = [];
  const begin = async () => {
    const attempt = world.drawing(await world.newestTask(videoId), ["a", "b"]);
    attempts.push(attempt);
    await attempt.begin();
  };
  const does: Record<Step, () => Promise<unknown> | undefined> = {
    update: () => world.update(videoId, quiz("Which?", `Number ${attempts.length}?`)),
    begin,
    complete: () => attempts.at(-1)?.complete(),
    incomplete: () => attempts.at(-1)?.completeWithout(),
    fail: () => attempts.at(-1)?.fail(),
    /** Of an attempt that is no longer the newest. */
    late: () => attempts.at(-2)?.complete(),
    cancel: () => cancelVideo(operations, viewer, { videoId }),
    retry: () => retryVideo(operations, viewer, { videoId }),
    async lose() {
      system.passTime(60_000);
      await system.sweep();
    },
    async day() {
      system.passTime(DAY + 1);
      await system.sweep();
    },
  };
  for (const step of taken) {
    system.passTime(1);
    await does[step]()?.catch((error: unknown) => {
      if (!(error instanceof ConflictError)) throw error;
    });
    const { status, edition } = await world.videoOf(videoId);
    const editions = await world.editionsOf(videoId);
    const published = editions.filter((each) => each.status === "PUBLISHED").map(({ number }) => number);
    expect([status, published]).toEqual(["READY", editions.length > 0 ? [edition] : []]);
    await world.readAll(videoId);
  }
  system.passTime(1);
  await world.update(videoId, quiz("The last?"));
  await world.draw(videoId, ["e", "f"]);
  await cancelVideo(operations, viewer, { videoId }).catch(() => undefined);
  system.passTime(DAY + 1);
  await system.sweep();
  const played = await world.readAll(videoId);
  const stored = await Array.fromAsync(system.store.list(objectKeys.video(videoId)));
  const others = stored.map(({ key }) => key).filter((key) => !played.includes(key));
  expect(others.filter((key) => /\/(variants|captions)\//.test(key))).toEqual([]);
  const attemptsLeft = new Set(others.flatMap((key) => /attempts\/([^/]+)/.exec(key)?.[1] ?? []));
  expect([...attemptsLeft].filter((id) => !played.some((key) => key.includes(id)))).toEqual([]);
}

test("a video stays READY with one published edition and all its objects, and old ones leave nothing", {
  timeout: 180_000,
}, async () => {
  const taken = array(constantFrom(...steps), { minLength: 4, maxLength: 12 });
  await assert(
    asyncProperty(taken, (each) => run(["update", "begin", ...each])),
    { numRuns: 4 },
  );
});
