import { expect, test } from "vitest";
import type { VideoStateFragment } from "./generated.ts";
import { keepForward } from "./keep-forward.ts";

type Variant = VideoStateFragment["variants"][number];
const state = (
  status: VideoStateFragment["status"],
  progress: number,
  variants: [id: string, status: Variant["status"], fraction: number][],
) =>
  ({
    id: "v",
    status,
    progress,
    variants: variants.map(([id, status, fraction]) => ({ id, status, fraction })),
  }) as VideoStateFragment;

test("an older state from another process does not decrease progress", () => {
  const seen = state("PROCESSING", 0.5, [["a", "RENDERING", 0.6]]);
  const next = keepForward(seen, state("PROCESSING", 0.4, [["a", "RENDERING", 0.5]]));
  expect(next).toMatchObject({ progress: 0.5, variants: [{ fraction: 0.6 }] });
});

test("a newer state is shown unchanged", () => {
  const seen = state("PROCESSING", 0.5, [["a", "RENDERING", 0.6]]);
  const newer = state("PLAYABLE", 0.6, [["a", "READY", 1]]);
  expect(keepForward(seen, newer)).toEqual(newer);
  expect(keepForward(undefined, newer)).toBe(newer);
});

test("a variant that is rendered again starts at zero", () => {
  const seen = state("READY", 1, [["a", "FAILED", 0.6]]);
  const again = state("PLAYABLE", 0.7, [["a", "PENDING", 0]]);
  expect(keepForward(seen, again)).toEqual(again);
});
