import { type AnimationParams, type AnimationSettings, MAX_SCRIPT_BYTES } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import type { InstalledPainter } from "../../painters/index.ts";
import type { ScriptJob } from "../../painting/index.ts";
import {
  type DrawingAttempt,
  drawScene,
  fetchMaterials,
  readSourceText,
  runDrawing,
  setUpEasel,
} from "../drawing/index.ts";

export type AnimationAttempt = DrawingAttempt<AnimationParams>;

const MIB = 1024 ** 2;
/** Python with Manim and its libraries, as measured. */
export const PAINTER_BYTES = 400 * MIB;
export const defaultLimits = { cpuSeconds: 300, memoryBytes: 4096 * MIB, silenceMs: 60_000 };

/** Draws a script and encodes its frames while they are drawn. */
export async function runAnimation(attempt: AnimationAttempt, painter: InstalledPainter): Promise<void> {
  const { config, directory, ref, task, trace } = attempt;
  const { animation } = task;
  const script = await inSpan(TRACER_NAME, "fetch", { parent: trace }, () =>
    readSourceText(attempt, {
      ...{ code: "SCRIPT", name: "script", maxBytes: MAX_SCRIPT_BYTES },
      remedy: "Move data into fewer, smaller objects, or divide it into several videos.",
    }),
  );
  await using materials = await fetchMaterials(attempt, {
    folder: directory.shared(`${ref.attemptId}-materials`),
    materials: animation.materials ?? [],
  });
  await using easel = await setUpEasel(painter, {
    file: { name: "scene.py", content: script },
    readable: materials.job ? [materials.job.folder] : [],
    folder: directory.shared(`${ref.attemptId}-painter`),
  });
  const job = { ...toJob(animation, easel.file), ...(materials.job && { materials: materials.job }) };
  const limits = { ...(config.script ?? defaultLimits), durationMs: config.limits.sourceDurationMs };
  await runDrawing(attempt, {
    ...{ content: script, contentType: "text/x-python", container: "manim" },
    ...{ settings: animation, painterBytes: PAINTER_BYTES, isReadAhead: false },
    draw: (own, round, context) =>
      drawScene(own, round, {
        ...context,
        painting: { ...easel, job, limits },
        painter: `manim ${painter.version}`,
      }),
  });
}

export const toJob = (
  { scene, width, height, frameRate, renderer, seed }: AnimationSettings,
  script: string,
  mode: ScriptJob["mode"] = "DRAW",
): ScriptJob => ({ version: 1, mode, script, scene, width, height, frameRate, renderer, seed });
