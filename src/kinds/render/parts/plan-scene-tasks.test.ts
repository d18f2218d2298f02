import type { SceneChunk } from "@reelay/contracts";
import { expect, test } from "vitest";
import { planSceneTasks } from "./plan-scene-tasks.ts";

/** Chunks of these lengths in seconds, at 10 frames per second. */
function chunksOf(...seconds: number[]): SceneChunk[] {
  let startFrame = 0;
  return seconds.map((length, first) => {
    const chunk = { first, end: first + 1, startFrame, frames: length * 10, startMs: startFrame * 100 };
    startFrame += length * 10;
    return chunk;
  });
}

const plan = (seconds: number[], headEndMs: number, workers: number) =>
  planSceneTasks({
    durationMs: seconds.reduce((sum, one) => sum + one, 0) * 1000,
    ...{ kind: "COMPOSITION", headEndMs, workers, variants: ["144p", "360p"] },
    scenes: { clips: {}, chunks: chunksOf(...seconds) },
  });

const spansOf = ({ tasks }: ReturnType<typeof planSceneTasks>) =>
  tasks.map(({ params }) => [params["startMs"], params["endMs"]]);

test("the rest is divided into tasks of whole chunks, each worth the start of a painter", () => {
  const made = plan([10, 10, 10, 10, 10, 10, 10], 20_000, 2);
  expect(spansOf(made)).toEqual([
    [20_000, 40_000],
    [40_000, null],
  ]);
  expect(made.tasks[0]).toMatchObject({
    kind: "COMPOSITION",
    params: { version: 1, renditions: ["144p", "360p"] },
    dueAfterMs: 20_000,
  });
  expect(made.plan).toMatchObject({ headEndMs: 20_000, chunks: 2, groups: [["144p", "360p"]], slots: 2 });
  expect(made.plan.reason).toBe(
    "The first worker draws 20 s and makes the audio; the scenes of the other 50 s are in 2 tasks for other workers.",
  );
});

test("a long video has two tasks for each worker", () => {
  const spans = spansOf(
    plan(
      Array.from({ length: 60 }, () => 10),
      200_000,
      3,
    ),
  );
  expect(spans).toHaveLength(6);
  expect(spans[0]).toEqual([200_000, 270_000]);
});

test("a short end belongs to the task before it", () => {
  expect(spansOf(plan([10, 20, 8], 10_000, 4))).toEqual([[10_000, null]]);
});
