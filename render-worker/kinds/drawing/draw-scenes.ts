import { createHash } from "node:crypto";
import type { RenditionPart } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import {
  type Counts,
  Painting,
  type PaintingOptions,
  type PlacedSound,
  type SpokenText,
} from "../../painting/index.ts";
import { unlessAborted } from "../../wait.ts";
import type { Backdrop, Made, RenderAttempt, RenderRound } from "../render/index.ts";
import { drawAfterCheckpoint } from "./checkpoint.ts";
import { ChunkEncoder } from "./chunk-encoder.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import { startMsOf } from "./chunk-sink.ts";
import type { PlannedChunk } from "./chunks.ts";
import type { DrawingContext } from "./draw-scene.ts";
import { isCut } from "./is-cut.ts";
import { type PlannedScene, SceneReader } from "./scene-reader.ts";
import { withCounts } from "./to-source-file.ts";

/** A part of a soundtrack. Together they have no gap. */
export interface Stretch {
  startMs: number;
  endMs: number;
  /** Whether it ends with the video. */
  isLast: boolean;
  /** All that is heard up to its end, from the beginning of the video. */
  sounds: readonly PlacedSound[];
}

/** Scenes of which the painter says what they show before it draws them. */
export interface OrderedScenes extends DrawingContext {
  painting: Pick<PaintingOptions, "program" | "args" | "env" | "cwd" | "job" | "limits">;
  /** Name, version and build of the painter. */
  painter: string;
  /** Finished chunks of the workspace; null: only known ones are copied. */
  index: ChunkIndex | null;
  /** What decides the frames besides the painter and the scenes' own keys. */
  look: string;
  /** The clip behind a chunk. Absent: pictures are opaque. */
  backdrop?: ((chunk: { sha256: string; frames: number }) => Backdrop) | undefined;
  /** Whether something is heard besides what scenes announce. */
  hasMusic: boolean;
  /**
   * Speaks texts, in their order, unless that has begun.
   *
   * @returns the length of each in ms, by their ids; null: it is shown for as long as reading takes
   */
  speak(texts: readonly SpokenText[]): ReadonlyMap<string, Promise<number | null>>;
  /** Samples of the soundtrack, whose stretches come as soon as they are known. */
  mix(own: RenderAttempt, stretches: AsyncIterable<Stretch>): AsyncIterable<Buffer>;
  /** Called once it is known when everything is heard. */
  onPlanned(own: RenderAttempt, sounds: readonly PlacedSound[]): Promise<void>;
}

/** With fewer scenes left than this, a soundtrack is mixed whole. */
const SHORT_MS = 30_000;

/**
 * Draws scenes and encodes their chunks. A chunk has a key of everything that it shows: one that an earlier
 * attempt has finished stays, one of another video is copied, and only the others are drawn. The first chunk
 * is drawn while later texts are spoken.
 */
export function drawScenes(own: RenderAttempt, round: RenderRound, film: OrderedScenes): Promise<Made> {
  return drawAfterCheckpoint(own, round, film.painter, (next, checkpoint) =>
    draw(own, next, film, checkpoint?.chunks ?? 0),
  );
}

/** Null if an earlier attempt's chunks show something else. */
async function draw(
  own: RenderAttempt,
  round: RenderRound,
  film: OrderedScenes,
  chunksKept: number,
): Promise<Made | null> {
  const { log, state, trace } = own;
  let onStep = () => {};
  const texts: SpokenText[] = [];
  const sounds: PlacedSound[] = [];
  await using painting = new Painting({
    ...film.painting,
    ...{ signal: own.signal, log, onStep: () => onStep() },
    onEvent(event) {
      if (event.type === "spoken") texts.push(...event.texts);
      if (event.type === "sounds") sounds.push(...event.sounds);
    },
  });
  const counts = await inSpan(TRACER_NAME, "count", { parent: trace }, () => painting.count());
  const { frameRate } = counts.picture;
  const reader = new SceneReader(painting, counts, {
    texts,
    lengths: film.speak(texts),
    hasAlpha: film.backdrop !== undefined,
  });
  const { framesOfEach: _many, ...counted } = counts.counted;
  log.info({ ...counted, texts: texts.length, chunksKept }, "drawing.counted");
  if (texts.length === 0) await reader.untilPlanned(reader.count);
  const hasAudio = texts.length > 0 || sounds.length > 0 || film.hasMusic;
  const source = withCounts(film.planned, withoutLength(counts), hasAudio);
  await using encoder = new ChunkEncoder(own, round, {
    ...{ source, counts, painter: film.painter, known: film.known, index: film.index },
    backdrop: film.backdrop,
    videoMs: () => startMsOf(reader.frames, frameRate),
    progress: () => (painting.step ? { step: { ...painting.step, kind: "SCENE" } } : {}),
    onStep: (listener) => {
      onStep = listener;
    },
  });
  const planned = async () => {
    await reader.allPlanned;
    // What is first told of a source counts.
    film.onCounted(withCounts(film.planned, { ...counts, counted: reader.counted }, hasAudio));
    await film.onPlanned(own, sounds);
  };
  const announced = planned();
  announced.catch(() => undefined);
  try {
    encoder.begin();
    const firstChunkMs = Promise.withResolvers<number>();
    firstChunkMs.promise.catch(() => undefined);
    if (hasAudio)
      encoder.feed(
        film.mix(own, stretches(reader, firstChunkMs.promise, { sounds, signal: encoder.signal })),
      );
    const names = round.rungs.map(({ name }) => name);
    let upcoming = nextChunk(reader, film, { first: 0, startFrame: 0, index: 0 });
    for (let chunk = await upcoming; chunk !== null; chunk = await upcoming) {
      const { index, startFrame, frames, end } = chunk;
      if (index === 0) firstChunkMs.resolve(startMsOf(frames, frameRate));
      const goOn = () => {
        upcoming = nextChunk(reader, film, {
          first: end,
          startFrame: startFrame + frames,
          index: index + 1,
        });
        upcoming.catch(() => undefined);
      };
      const place = { startMs: startMsOf(startFrame, frameRate), sha256: chunk.digest.end().sha256 };
      if (isKept(state.current.parts ?? [], names, place)) {
        goOn();
        continue;
      }
      if (index < chunksKept) return null;
      let isDrawn = false;
      await encoder.encodePlanned(chunk, () => {
        isDrawn = true;
        return reader.draw(chunk, goOn);
      });
      if (!isDrawn) goOn();
    }
    await reader.end();
    await announced;
    return await encoder.finish();
  } catch (error) {
    // Another encode may have failed first, and ended this one.
    throw encoder.signal.aborted ? encoder.signal.reason : error;
  }
}

interface SceneChunk extends PlannedChunk {
  /** Indices of its first scene, and of the one after its last. */
  first: number;
  end: number;
  frames: number;
}

/** The chunk that begins with a scene, once it is known what it shows; null: there is none. */
async function nextChunk(
  reader: SceneReader,
  { look }: OrderedScenes,
  { first, startFrame, index }: { first: number; startFrame: number; index: number },
): Promise<SceneChunk | null> {
  if (first >= reader.count) return null;
  const { frameRate } = reader;
  const scenes: PlannedScene[] = [];
  let frames = 0;
  let end = first;
  do {
    await reader.untilPlanned(end + 1);
    const scene = reader.planned(end);
    scenes.push(scene);
    frames += scene.frames;
    end += 1;
  } while (
    end < reader.count &&
    !isCut({ startFrame, frames, counted: startFrame + frames + reader.estimatedAfter(end), frameRate })
  );
  const keys = scenes.map(({ key }) => key);
  const shown = {
    ...{ lastAnimation: end - 1, frames },
    sha256: createHash("sha256")
      .update(JSON.stringify([look, keys]))
      .digest("hex"),
    firstFrame: toShort(keys[0] ?? ""),
    animations: keys.map(toShort),
    title: scenes[0]?.name ?? "",
  };
  return {
    ...{ index, startFrame, first, end, frames, planned: frames, isLast: end === reader.count },
    digest: { end: () => shown },
  };
}

const toShort = (key: string): string => key.slice(0, 16);

/** Whether an earlier attempt has finished a chunk for all renditions. Pure. */
const isKept = (
  parts: readonly RenditionPart[],
  renditions: readonly string[],
  { startMs, sha256 }: { startMs: number; sha256: string },
): boolean =>
  renditions.every((name) =>
    parts.some(
      (part) => part.rendition === name && part.startMs === startMs && part.drawn?.sha256 === sha256,
    ),
  );

/** The sound of the first chunk, and then all other. */
async function* stretches(
  reader: SceneReader,
  firstChunk: Promise<number>,
  { sounds, signal }: { sounds: readonly PlacedSound[]; signal: AbortSignal },
): AsyncGenerator<Stretch> {
  const firstMs = await unlessAborted(firstChunk, signal);
  const isShort = reader.isPlanned && startMsOf(reader.frames, reader.frameRate) - firstMs < SHORT_MS;
  const startMs = isShort ? 0 : firstMs;
  if (!isShort) {
    const own = sounds.filter(({ atMs }) => atMs < firstMs);
    yield { startMs: 0, endMs: firstMs, isLast: false, sounds: own };
  }
  await unlessAborted(reader.allPlanned, signal);
  const endMs = (reader.frames * 1000) / reader.frameRate;
  if (endMs > startMs) yield { startMs, endMs, isLast: true, sounds };
}

/** Before it is known how long clips are. */
const withoutLength = ({ counted, picture }: Counts): Counts => ({
  counted: { ...counted, durationMs: 0, frames: 0 },
  picture,
});
