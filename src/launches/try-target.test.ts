import { pino } from "pino";
import { expect, test } from "vitest";
import { startRunPod } from "../../tests/runpod/start-runpod.ts";
import { freeOffers } from "../prices/index.ts";
import { openLaunchPlan } from "./launch-settings.ts";
import { tryTarget } from "./try-target.ts";

async function open(endpoint: string, key: string, slotSecond = 0) {
  const [offer] = freeOffers.offers;
  if (offer === undefined) throw new Error("The release has an offer.");
  const priced = { ...offer, rate: { ...offer.rate, slotSecond } };
  const settings = { image: "registry.test/worker:1", gpuTypes: ["NVIDIA L4"], endpoint };
  const target = { name: "runpod", kind: "RUNPOD_POD", realm: "THIRD_PARTY", settings };
  const plan = await openLaunchPlan(JSON.stringify({ installation: "acme", targets: [target] }), {
    ...{ offers: { ...freeOffers, offers: [priced] }, publicUrl: "http://api.example" },
    ...{ environment: { RUNPOD_API_KEY: key }, log: pino({ level: "silent" }) },
  });
  const [opened] = plan.targets;
  if (opened === undefined) throw new Error("The plan has a target.");
  return { plan, target: opened };
}

test("a trial starts one machine, finds it, stops it, and says what it may have cost", async () => {
  await using runpod = await startRunPod();
  // A dollar an hour: seven minutes at most.
  const opened = await open(runpod.url, runpod.key, Math.round(1e12 / 3_600));
  const said: string[] = [];
  const trial = { ...opened, print: (sentence: string) => void said.push(sentence) };
  await tryTarget(trial, { mostMicros: 200_000 }, AbortSignal.timeout(30_000));
  expect(said).toEqual([
    expect.stringMatching(/^runpod: accepted as [0-9a-f]{14}\.$/),
    "runpod: the repeated order started no second machine, and the provider lists it.",
    "runpod: stopped. The trial cost at most $0.12.",
  ]);
  expect(runpod.pods).toEqual([]);
});

test("a trial that may cost more than allowed starts nothing, and one that fails leaves nothing behind", async () => {
  await using runpod = await startRunPod();
  const opened = await open(runpod.url, runpod.key, Math.round(1e12 / 3_600));
  const trial = { ...opened, print: () => undefined };
  const signal = AbortSignal.timeout(30_000);
  await expect(tryTarget(trial, { mostMicros: 100_000 }, signal)).rejects.toThrow(/--most-usd/);
  expect(runpod.pods).toEqual([]);
  const { backend } = opened.target;
  const forgetful = { ...backend, list: () => Promise.reject(new Error("The list is broken")) };
  const broken = { ...trial, target: { ...opened.target, backend: forgetful } };
  await expect(tryTarget(broken, { mostMicros: 200_000 }, signal)).rejects.toThrow("The list is broken");
  expect(runpod.pods).toEqual([]);
});
