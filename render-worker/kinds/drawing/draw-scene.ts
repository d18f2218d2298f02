import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import { Painting, type PaintingOptions } from "../../painting/index.ts";
import { joinMade, type Made, type RenderAttempt, type RenderRound } from "../render/index.ts";
import { type Checkpoint, drawAfterCheckpoint } from "./checkpoint.ts";
import { ChunkEncoder } from "./chunk-encoder.ts";
import { Chunks } from "./chunks.ts";
import type { KnownChunk } from "./known-chunk.ts";
import { withCounts } from "./to-source-file.ts";

/** What a drawing is given besides what it draws. */
export interface DrawingContext {
  /** The frames as a source, before they are counted. */
  planned: SourceFile;
  /** Finished chunks of other drawings. */
  known: readonly KnownChunk[];
  /** Called once the animations are counted. */
  onCounted: (source: SourceFile) => void;
}

/** What is drawn. */
export interface Scene extends DrawingContext {
  painting: Pick<PaintingOptions, "program" | "args" | "env" | "cwd" | "job" | "limits" | "onEvent">;
  /** Name and version of the painter. */
  painter: string;
}

/**
 * Draws a scene and encodes its chunks one by one while they are drawn. Chunks of earlier attempts stay: the
 * painter begins with the last animation of the last of them, whose pixels must be the same. Otherwise the
 * script draws something else than before, and everything is drawn again.
 */
export function drawScene(own: RenderAttempt, round: RenderRound, scene: Scene): Promise<Made> {
  return drawAfterCheckpoint(own, round, scene.painter, (next, checkpoint) =>
    drawFrom(own, next, scene, checkpoint),
  );
}

/** Null if the frames differ from those of the checkpoint. */
async function drawFrom(
  own: RenderAttempt,
  round: RenderRound,
  scene: Scene,
  checkpoint: Checkpoint | null,
): Promise<Made | null> {
  const { log, signal, trace } = own;
  let onStep = () => {};
  await using painting = new Painting({
    ...scene.painting,
    job: { ...scene.painting.job, startAt: checkpoint?.last.lastAnimation ?? 0 },
    signal,
    log,
    onStep: () => onStep(),
  });
  const counts = await inSpan(TRACER_NAME, "count", { parent: trace }, () => painting.count());
  const { framesOfEach: _many, ...counted } = counts.counted;
  log.info({ ...counted, chunksKept: checkpoint?.chunks ?? 0 }, "drawing.counted");
  const source = withCounts(scene.planned, counts, counts.counted.hasAudio);
  scene.onCounted(source);
  if (round.rungs.length === 0 && !counts.counted.hasAudio) return joinMade([]);
  await using encoder = new ChunkEncoder(own, round, {
    ...{ source, counts, painter: scene.painter, known: scene.known, index: null },
    videoMs: () => source.probe.durationMs,
    progress: () => (painting.step ? { step: painting.step } : {}),
    onStep: (listener) => {
      onStep = listener;
    },
  });
  try {
    encoder.begin();
    const chunks = new Chunks(painting.draw(counts), {
      ...{ picture: counts.picture, counted: counts.counted },
      onSamples: (samples) => encoder.takeSamples(samples),
    });
    if (checkpoint !== null) {
      const { last } = checkpoint;
      const startFrame = last.startFrame + last.frames;
      const digest = await chunks.pass(last.lastAnimation, { index: checkpoint.chunks, startFrame });
      if (digest !== last.animations.at(-1)) return null;
    }
    for (let chunk = await chunks.next(); chunk !== null; chunk = await chunks.next())
      await encoder.encode(chunk);
    return await encoder.finish();
  } catch (error) {
    // Another encode may have failed first, and ended this one.
    throw encoder.signal.aborted ? encoder.signal.reason : error;
  }
}
