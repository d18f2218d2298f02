import { expect, test } from "vitest";
import { planKeyFrames } from "../../kinds/render/plan/plan-key-frames.ts";
import { sourceOf } from "../../testing/fixtures.ts";
import { type RenderSpan, wholeSpan } from "./render-span.ts";
import { bordersMs } from "./segment-borders.ts";

const profile = { segmentDurationMs: 4_000, gopDurationMs: 2_000 };

test.each([
  [4_000, [0, 1_000, 2_000, 4_000, 8_000, 12_000]],
  [6_000, [0, 1_000, 2_000, 4_000, 6_000, 12_000]],
  [2_000, [0, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000]],
  [1_000, [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000, 11_000, 12_000]],
  [10_000, [0, 1_000, 2_000, 4_000, 8_000, 10_000]],
])("only a video's first segment of %i ms is cut into short ones", (duration, borders) => {
  expect([...bordersMs(0, 12_001, duration)]).toEqual(borders);
});

test("a part has the same borders as the whole video", () => {
  expect([...bordersMs(8_000, 20_000, 4_000)]).toEqual([8_000, 12_000, 16_000]);
  expect([...bordersMs(6_000, 20_000, 4_000)]).toEqual([8_000, 12_000, 16_000]);
});

const keyFrames = (span: RenderSpan, durationMs: number | null, changes: Partial<typeof profile> = {}) => {
  const source = sourceOf();
  const rung = { name: "144p", height: 144, tier: "CRITICAL", codec: "H264", bitrateBps: 150_000 } as const;
  const planned = { ...rung, index: 0, width: 256, frameRate: 30 };
  return planKeyFrames(
    span,
    { ...source, probe: { ...source.probe, durationMs } },
    { ...profile, ...changes, rungs: [rung] },
    planned,
  );
};

test("keyframes are at every border and at the start of every group", () => {
  expect(keyFrames(wholeSpan, 9_500)).toBe("0,1,2,4,6,8");
  expect(keyFrames({ startMs: 8_000, endMs: 16_000 }, 60_000)).toBe("8,10,12,14");
  expect(keyFrames(wholeSpan, 9_500, { segmentDurationMs: 6_000, gopDurationMs: 3_000 })).toBe(
    "0,1,2,3,4,6,9",
  );
});

test("keyframes of a very long source, or one of unknown length, follow an expression", () => {
  expect(keyFrames(wholeSpan, null)).toBe(
    "expr:gte(t,if(eq(n_forced,0),0,if(eq(n_forced,1),1,(n_forced-1)*2)))",
  );
  expect(keyFrames(wholeSpan, 7_200_000, { segmentDurationMs: 1_000, gopDurationMs: 1_000 })).toBe(
    "expr:gte(t,n_forced*1)",
  );
});
