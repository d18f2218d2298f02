import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { freeOffers, type OfferBook } from "../prices/index.ts";
import { workerRow } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { trimSamples } from "../work/index.ts";
import { estimateRender } from "./index.ts";

/** A millionth of a dollar per second of a slot, and ten times that for the fast ones. */
const [free] = freeOffers.offers;
if (!free) throw new Error("There is a free offer.");
const offer = (name: string, slotSecond: number, startSeconds = 0) => ({
  ...{ ...free, name, startSeconds, startMicros: startSeconds * 7 },
  rate: { ...free.rate, offer: name, slotSecond, object: 5_000_000 },
});
const offers: OfferBook = {
  ...{ policy: "CHEAPEST", deadlineSeconds: null },
  offers: [offer("fast", 10_000_000), offer("slow", 1_000_000), offer("rented", 500_000, 20)],
};

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
  Object.assign(system.deps, { offers });
  Object.assign(system.operations, { offers });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.db.workSample.deleteMany());

const facts = { durationSeconds: 60, width: 1280, height: 720, frameRate: 30 };
const url = { url: { url: "https://example.com/a.mp4" } };
const estimate = (input: Parameters<typeof estimateRender>[2]) =>
  estimateRender(system.operations, system.viewer, input);

async function online(name: string) {
  const row = workerRow(name, { now: system.deps.clock() });
  const data = { ...row, offer: { ...(row.offer as object), computeOffer: name } };
  await system.db.worker.upsert({ where: { id: name }, create: data, update: data });
}

/** A finished video of 10 s of 720p on this worker. */
async function finish(workerId: string, cpuSeconds: number) {
  const ref = await system.createQueuedVideo();
  await system.db.video.update({
    where: { id: ref.videoId },
    data: { durationMs: 10_000, width: 1280, height: 720, frameRate: 30 },
  });
  const attempt = attemptOf(ref, workerId, 0);
  await system.apply(attempt.started);
  const usage = { cpuSeconds, wallSeconds: cpuSeconds / 2, peakMemoryBytes: 1 };
  await system.apply({ ...attempt.completed(1), usage });
}

test("an estimate is a default at first, and learned from finished videos per kind of machine", async () => {
  await online("slow");
  await online("fast");
  const before = await estimate({ source: url, facts });
  expect(before.offers.map(({ work }) => work.basis)).toEqual(["DEFAULT", "DEFAULT", "DEFAULT"]);
  for (let count = 0; count < 3; count += 1) await finish("slow", 20 + count);
  const { offers: after, choice, durationMs } = await estimate({ source: url, facts });
  expect(durationMs).toBe(60_000);
  const [fast, slow, rented] = after;
  expect([fast?.work.basis, slow?.work.basis, rented?.work.basis]).toEqual(["SCALED", "FEW", "SCALED"]);
  expect(slow?.work.samples).toBe(3);
  // Six times as long as those that took 21 s of processor time.
  expect(slow?.work.cpuSeconds.likely).toBeGreaterThan(110);
  expect(slow?.work.cpuSeconds.likely).toBeLessThan(127);
  for (const { cost, includes } of after) {
    expect(cost.likely).toBe(includes.compute + includes.overhead + includes.objects + includes.egress);
    expect(cost.low).toBeLessThan(cost.likely);
    expect(cost.high).toBeGreaterThan(cost.likely);
    for (const micros of Object.values(cost)) expect(Number.isSafeInteger(micros)).toBe(true);
  }
  expect(rented?.includes.overhead).toBe(140);
  expect(choice).toMatchObject({
    chosen: "slow",
    passedOver: [
      { name: "fast", code: "DEARER" },
      { name: "rented", code: "NO_WORKER" },
    ],
  });
});

test("samples of a retry, or of a job that changed machines, are not learned from; old ones are trimmed", async () => {
  await online("slow");
  await finish("slow", 20);
  await system.db.workSample.createMany({
    data: Array.from({ length: 130 }, (_, index) => ({
      ...{
        kind: "TRANSCODE",
        offer: "slow",
        look: "",
        profile: "default",
        cpuSeconds: index,
        wallSeconds: 1,
      },
      ...{ features: { version: 1, encoded: 1, decoded: 1, seconds: 1 }, endedAt: new Date() },
    })),
  });
  await trimSamples(system.db);
  expect(await system.db.workSample.count()).toBe(100);
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref, "slow", 0);
  await system.apply(attempt.started);
  await system.db.job.update({ where: { id: ref.jobId }, data: { onlyVariants: ["720p"] } });
  await system.apply(attempt.completed(1));
  expect(await system.db.workSample.count()).toBe(100);
});

test("every source of createVideo is estimated, and what is unknown is refused with a remedy", async () => {
  const question = { question: "Is it?", options: ["Yes", "No"], answerIndex: 0 };
  const quiz = (count: number, voice: object | null = { name: "NONE" }) => ({
    template: {
      template: "quiz-classic",
      data: { questions: Array.from({ length: count }, () => question) },
      voice,
    },
  });
  const [one, four] = [await estimate({ source: quiz(1) }), await estimate({ source: quiz(4) })];
  expect(four.durationMs).toBeGreaterThan(2 * (one.durationMs ?? 0));
  expect(four.offers[0]?.cost.likely).toBeGreaterThan(one.offers[0]?.cost.likely ?? 0);
  // Speaking costs, too.
  const spoken = await estimate({ source: quiz(4, null) });
  expect(spoken.offers[0]?.work.cpuSeconds.likely).toBeGreaterThan(
    four.offers[0]?.work.cpuSeconds.likely ?? Number.POSITIVE_INFINITY,
  );
  const manim = { manim: { script: "from manim import *\nclass A(Scene): pass" } };
  expect((await estimate({ source: manim, facts: { durationSeconds: 10 } })).durationMs).toBe(10_000);
  const upload = { upload: { filename: "a.mp4", sizeBytes: 1_000_000 } };
  expect((await estimate({ source: upload, facts })).durationMs).toBe(60_000);
  // More bits per pixel have more detail.
  const likely = async (source: object, more: object = {}): Promise<number> =>
    (await estimate({ source, facts: { ...facts, ...more } })).offers[0]?.work.cpuSeconds.likely ??
    Number.NaN;
  const grain = { upload: { filename: "a.mp4", sizeBytes: 60_000_000 } };
  expect(await likely(grain)).toBeGreaterThan(1.5 * (await likely(upload)));
  expect(await likely(url, { sizeBytes: 60_000_000 })).toBe(await likely(grain));

  for (const source of [manim, upload, url])
    await expect(estimate({ source })).rejects.toMatchObject({ code: "FACTS_MISSING", field: "facts" });
  await expect(estimate({ source: url, facts: { ...facts, width: 0 } })).rejects.toMatchObject({
    code: "FACTS_INVALID",
    field: "facts.width",
  });
  await online("slow");
  await finish("slow", 20);
  // Nothing is known of it, and there is another one.
  expect(await estimate({ source: url })).toMatchObject({
    durationMs: null,
    offers: [{}, { work: { basis: "FEW", samples: 1, cpuSeconds: { likely: 20 } } }, {}],
  });
});
