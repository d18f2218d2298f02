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
const timeline = { animations: 4, durationMs: 20_000, frames: 600, hasAudio: false };

/** An animation of 10 s at 720p30 that took this much processor time. */
async function finishAnimation(cpuSeconds: number): Promise<void> {
  const source = { manim: { script: "class A(Scene): pass", quality: "MEDIUM" } } as const;
  const { videoId } = await createVideo(system.operations, system.viewer, { title: "A", source });
  const task = await system.db.task.findFirstOrThrow({ where: { job: { videoId } } });
  const attempt = attemptOf({ videoId, jobId: task.jobId, taskId: task.id });
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1));
  await system.db.attempt.update({ where: { id: attempt.attemptId }, data: { cpuSeconds } });
  await system.db.video.update({ where: { id: videoId }, data: { durationMs: 10_000 } });
}

test("an estimate is learned from finished animations with the same renderer, else it is a default", async () => {
  const estimate = (params: AnimationSettings) =>
    estimateCost(system.db, { kind: "MANIM", params }, timeline);
  const first = await estimate(settings);
  expect(first).toMatchObject({ basis: "DEFAULT", samples: 0 });
  const small = await estimate({ ...settings, width: 640, height: 360 });
  expect(small.cpuSeconds).toBeLessThan(first.cpuSeconds);

  await finishAnimation(12.5);
  await finishAnimation(32.5);
  // On average 20 s, and 2.5 s for the start. This one is twice as long.
  const learned = { cpuSeconds: 42.5, basis: "MEASURED", samples: 2 };
  expect(await estimate(settings)).toEqual(learned);
  const opengl = { ...settings, renderer: "OPENGL" } as const;
  expect(await estimate(opengl)).toMatchObject({ basis: "DEFAULT" });
});
