import { expect, test } from "vitest";
import { planLadder } from "../../../media/ladder/plan-ladder.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { defaultProfile } from "../../../testing/kit.ts";
import { ProgressMeter } from "./progress-meter.ts";

const [rung] = planLadder(defaultProfile, sourceOf().probe).rungs;
if (!rung) throw new Error("a ladder has rungs");
const outputs = [{ name: rung.name, options: [], path: "" }];

test("a chunk's progress is relative to its own span", () => {
  const meter = new ProgressMeter([rung], outputs, { startMs: 8_000, durationMs: 4_000 });
  const at = (timeMs: number, nowMs: number) =>
    meter.read(new Map([[0, { frames: 30, timeMs, sizeBytes: 1_000 }]]), new Map(), nowMs)[0];
  expect(at(8_000, 0)).toMatchObject({ fraction: 0, speed: 0 });
  expect(at(9_000, 500)).toMatchObject({ fraction: 0.25, speed: 2, etaMs: 1_500 });
  expect(at(12_000, 1_000)).toMatchObject({ fraction: 0.999 });
});
