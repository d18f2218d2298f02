import { expect, test } from "vitest";
import { planLadder } from "../../../media/ladder/plan-ladder.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { defaultProfile } from "../../../testing/kit.ts";
import { Throughput } from "../capacity/throughput.ts";
import { firstSegmentsAfterSeconds, planPasses } from "./plan-passes.ts";

const { rungs } = planLadder(defaultProfile, sourceOf().probe);
const names = (passes: ReturnType<typeof planPasses>) =>
  passes.map((pass) => pass.map(({ name }) => name).join(" "));
const fast = new Throughput({ H264: 400e6 });
const slow = new Throughput({ H264: 50e6 });

test("a machine that quickly encodes the first segments of all variants uses one decode", () => {
  expect(firstSegmentsAfterSeconds(rungs, fast)).toBeLessThan(2);
  expect(names(planPasses("HEAD", rungs, fast))).toEqual(["144p 240p 360p 480p 540p 720p 1080p"]);
});

test("a slow machine encodes the critical variants first", () => {
  expect(names(planPasses("HEAD", rungs, slow))).toEqual(["144p 240p 360p 480p", "540p 720p 1080p"]);
});

test("a whole video is decoded twice only if that saves more than it costs", () => {
  const between = new Throughput({ H264: 80e6 });
  expect(planPasses("HEAD", rungs, between)).toHaveLength(2);
  expect(planPasses("WHOLE", rungs, between)).toHaveLength(1);
  expect(planPasses("WHOLE", rungs, slow)).toHaveLength(2);
});

test("beside a copied source, which plays already, one decode is enough unless the machine is very slow", () => {
  expect(planPasses("HEAD", rungs, slow, true)).toHaveLength(1);
  expect(planPasses("WHOLE", rungs, slow, true)).toHaveLength(1);
  expect(planPasses("HEAD", rungs, new Throughput({ H264: 5e6 }), true)).toHaveLength(2);
});

test("an unmeasured machine uses one decode, and a chunk always does", () => {
  expect(planPasses("HEAD", rungs, new Throughput())).toHaveLength(1);
  expect(planPasses("CHUNK", rungs, slow)).toHaveLength(1);
  expect(planPasses("HEAD", [], slow)).toEqual([]);
});

test("if all variants or none are critical, they share one decode", () => {
  const critical = rungs.filter(({ tier }) => tier === "CRITICAL");
  const snail = new Throughput({ H264: 1e6 });
  expect(planPasses("HEAD", critical, snail)).toEqual([critical]);
  expect(planPasses("HEAD", rungs.slice(-1), snail)).toEqual([rungs.slice(-1)]);
});

test("a new measurement counts as much as all earlier ones, and one that is too short is ignored", () => {
  const throughput = new Throughput({ H264: 100 });
  throughput.learn("H264", 300, 1);
  expect(throughput.of("H264")).toBe(200);
  throughput.learn("H264", 900, 0.1);
  expect(throughput.of("H264")).toBe(200);
});
