import { createHash } from "node:crypto";
import {
  type Account,
  type AnimationParams,
  type AnimationSettings,
  audioTracksOf,
  MAX_SCRIPT_BYTES,
  toAudioFields,
} from "@reelay/contracts";
import { ObjectNotFoundError } from "@reelay/object-store";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import { inputError } from "../../errors.ts";
import { type Ladder, planLadder } from "../../media/ladder/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import { wholeSpan } from "../../media/timeline/index.ts";
import type { InstalledPainter } from "../../painters/index.ts";
import type { ScriptJob } from "../../painting/index.ts";
import { readObject } from "../../store/index.ts";
import {
  drawScene,
  fetchMaterials,
  MAX_HELD_BYTES,
  type Scene,
  setUpEasel,
  storyboardOfVariant,
  toKnownChunks,
  toSourceFile,
} from "../drawing/index.ts";
import type { MediaAttempt } from "../ffmpeg/index.ts";
import {
  describeOutput,
  leaveOutUnencodable,
  pendingRungs,
  type RenderAttempt,
  type RenderRound,
  readRenditions,
  renderWithinMemory,
  toVariantStates,
  writeManifest,
} from "../render/index.ts";

/** An attempt at an animation is encoded like one at a transcode. */
export type AnimationAttempt = RenderAttempt & MediaAttempt<AnimationParams>;

const MIB = 1024 ** 2;
/** Python with Manim and its libraries, as measured. */
export const PAINTER_BYTES = 400 * MIB;
export const defaultLimits = { cpuSeconds: 300, memoryBytes: 4096 * MIB, silenceMs: 60_000 };
/** Frames that Manim and the pipe hold at a time. */
const HELD_FRAMES = 12;

/** Draws a script and encodes its frames while they are drawn. */
export async function runAnimation(attempt: AnimationAttempt, painter: InstalledPainter): Promise<void> {
  const { config, directory, jail, ref, state, task, tools, trace } = attempt;
  const { animation } = task;
  const script = await inSpan(TRACER_NAME, "fetch", { parent: trace }, () => readScript(attempt));
  await using materials = await fetchMaterials(attempt, {
    folder: directory.shared(`${ref.attemptId}-materials`),
    materials: animation.materials ?? [],
  });
  await using easel = await setUpEasel(painter, {
    ...{ jail, script },
    readable: materials.job ? [materials.job.folder] : [],
    folder: directory.shared(`${ref.attemptId}-painter`),
  });
  const planned = toSourceFile(animation, { container: "manim", sizeBytes: script.length });
  const ladder = withoutMinimum(planLadder(task.profile, planned.probe));
  const variants = toVariantStates(ladder, task);
  state.update((before) => ({
    ...before,
    source: {
      ...{ key: task.source.key, sizeBytes: script.length, contentType: "text/x-python" },
      probe: null,
    },
    variants,
    ...toAudioFields(audioTracksOf(task.keep)),
    parts: task.keep.parts ?? [],
  }));
  const wanted = pendingRungs(ladder.rungs, variants);
  const rungs = leaveOutUnencodable(wanted, tools, (change) => state.update(change));
  const work = {
    ...{ source: planned, rungs, audioTracks: [] },
    part: { kind: "WHOLE", span: wholeSpan } as const,
    besideBytes:
      PAINTER_BYTES +
      HELD_FRAMES * animation.width * animation.height * 4 +
      (task.known ? MAX_HELD_BYTES : 0),
  };
  let drawn: SourceFile = planned;
  const scene: Scene = {
    painting: {
      ...easel,
      job: { ...toJob(animation, easel.script), ...(materials.job && { materials: materials.job }) },
      limits: { ...(config.script ?? defaultLimits), durationMs: config.limits.sourceDurationMs },
    },
    painter: `manim ${painter.version}`,
    planned,
    known: toKnownChunks(task.known ?? []),
    onCounted(source) {
      drawn = source;
      state.update((before) => ({
        ...before,
        source: before.source && { ...before.source, probe: source.probe },
      }));
    },
  };
  const draw = (own: RenderAttempt, round: RenderRound) => drawScene(own, round, scene);
  // Empty if earlier attempts have finished all variants.
  const made = rungs.length > 0 ? [await renderWithinMemory(attempt, work, draw)] : [];
  const provenance = await describeOutput(attempt, await readRenditions(attempt, rungs), made);
  const account: Account = { provenance, sourceHash: hashOf(script), quality: {} };
  await writeManifest(attempt, drawn, account, animation);
  await storyboardOfVariant(attempt, drawn);
  await attempt.complete(account);
}

const hashOf = (script: Buffer): string => `sha256:${createHash("sha256").update(script).digest("hex")}`;

/** There is no source to measure variants against. */
const withoutMinimum = ({ rungs, skipped }: Ladder): Ladder => ({
  rungs: rungs.map(({ minVmaf: _unmeasured, ...rung }) => rung),
  skipped: skipped.map(({ minVmaf: _unmeasured, ...rung }) => rung),
});

export const toJob = (
  { scene, width, height, frameRate, renderer, seed }: AnimationSettings,
  script: string,
  mode: ScriptJob["mode"] = "DRAW",
): ScriptJob => ({ version: 1, mode, script, scene, width, height, frameRate, renderer, seed });

async function readScript({ store, task, signal }: AnimationAttempt): Promise<Buffer> {
  const script = await readObject(store, task.source.key, { signal, end: MAX_SCRIPT_BYTES }).catch(
    (error: unknown) => {
      throw error instanceof ObjectNotFoundError
        ? inputError(
            "SCRIPT_MISSING",
            "The script is not in the object store any more. Create the video again.",
          )
        : error;
    },
  );
  if (script.length <= MAX_SCRIPT_BYTES) return script;
  throw inputError(
    "SCRIPT_TOO_LARGE",
    `The script has more than ${MAX_SCRIPT_BYTES} bytes. Move data into fewer, smaller objects, or divide it into several videos.`,
  );
}
