import type { AnimationSettings } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { createVideo } from "../videos/index.ts";
import { estimateCost } from "./estimate-cost.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const settings: AnimationSettings = {
  ...{ version: 1, scene: null, width: 1280, height: 720, frameRate: 30, renderer: "CAIRO", seed: 0 },
};
/** 20 s at 30 frames per second. */
const timeline = { durationMs: 20_000 };

/** An animation of 10 s at 720p30 that took this much processor time. */
async function finishAnimation(cpuSeconds: number): Promise<void> {
  const source = { manim: { script: "class A(Scene): pass", quality: "MEDIUM" } } as const;
  const { videoId } = await createVideo(system.operations, system.viewer, { title: "A", source });
  const task = await system.db.task.findFirstOrThrow({ where: { job: { videoId } } });
  const attempt = attemptOf({ videoId, jobId: task.jobId, taskId: task.id });
  await system.db.video.update({
    where: { id: videoId },
    data: { durationMs: 10_000, width: 1280, height: 720, frameRate: 30 },
  });
  await system.apply(attempt.started);
  const usage = { cpuSeconds, wallSeconds: cpuSeconds / 2, peakMemoryBytes: 1 };
  await system.apply({ ...attempt.completed(1), usage });
}

test("an estimate is a default at first, and learned from finished animations, of which one on a busy machine changes little", async () => {
  const estimate = (params: AnimationSettings, durationMs = timeline.durationMs) =>
    estimateCost(system.db, { kind: "MANIM", params }, { frames: (durationMs * 30) / 1000 });
  const first = await estimate(settings);
  expect(first).toMatchObject({ basis: "DEFAULT", samples: 0 });
  const small = await estimate({ ...settings, width: 640, height: 360 });
  expect(small.cpuSeconds).toBeLessThan(first.cpuSeconds);

  // Three times as much as the default has for them, which the start is a part of.
  const usual = await estimate(settings, 10_000);
  for (const factor of [2.8, 3, 9]) await finishAnimation(factor * usual.cpuSeconds);
  const learned = await estimate(settings);
  expect(learned).toMatchObject({ basis: "MEASURED", samples: 3 });
  expect(learned.cpuSeconds / first.cpuSeconds).toBeCloseTo(3, 0);
  const opengl = { ...settings, renderer: "OPENGL" } as const;
  // Nothing is known of this renderer, but of the machine.
  expect(await estimate(opengl)).toMatchObject({ basis: "MEASURED", samples: 3 });
});
