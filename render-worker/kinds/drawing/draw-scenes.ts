import { createHash } from "node:crypto";
import type { CompositionParams, RenditionPart } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import { retriableError } from "../../errors.ts";
import {
  type Counts,
  Painting,
  type PaintingOptions,
  type PlacedSound,
  type SpokenText,
} from "../../painting/index.ts";
import { unlessAborted, within } from "../../wait.ts";
import type { Backdrop, Made, RenderAttempt, RenderRound } from "../render/index.ts";
import { drawAfterCheckpoint } from "./checkpoint.ts";
import { ChunkEncoder } from "./chunk-encoder.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import { startMsOf } from "./chunk-sink.ts";
import type { SceneChunk } from "./chunks.ts";
import { divideScenes } from "./divide-scenes.ts";
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
  /** What this task draws of a video that several tasks draw. Absent: everything. */
  scenes?: NonNullable<CompositionParams["scenes"]>;
  /** Workers that can draw the video together. Absent: this one draws all scenes. */
  workers?: number;
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
/** Of the first chunk's length, for which others may be waited for. */
const WAITED_SHARE = 0.5;

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
  const { scenes } = film;
  const isRest = scenes?.isFirst === false;
  const reader = new SceneReader(painting, counts, {
    texts,
    lengths: lengthsOf(texts, film),
    hasAlpha: film.backdrop !== undefined,
  });
  const { framesOfEach: _many, ...counted } = counts.counted;
  log.info({ ...counted, texts: texts.length, chunksKept }, "drawing.counted");
  if (texts.length === 0) await reader.untilPlanned(reader.count);
  const hasAudio = texts.length > 0 || sounds.length > 0 || film.hasMusic;
  const heard = withCounts(film.planned, withoutLength(counts), hasAudio);
  // The first task makes the audio. All tasks encode a chunk alike.
  const source = isRest ? { ...heard, audioTracks: [] } : heard;
  const lastMs = () => startMsOf(reader.frames, frameRate);
  const { first, startFrame: from, startMs = 0 } = scenes?.chunks[0] ?? { first: 0, startFrame: 0 };
  /** Where this task's share ends; null: at the end of the video. Undefined: the video is not divided. */
  let shareEndMs = scenes?.endMs;
  await using encoder = new ChunkEncoder(own, round, {
    ...{ source, counts, painter: film.painter, known: film.known, index: film.index },
    backdrop: film.backdrop,
    videoMs: lastMs,
    share: () => (shareEndMs === undefined ? undefined : { startMs, endMs: shareEndMs ?? lastMs() }),
    progress: () => (painting.step ? { step: { ...painting.step, kind: "SCENE" } } : {}),
    onStep: (listener) => {
      onStep = listener;
    },
  });
  let chunk: SceneChunk | null = null;
  /** Finished chunks show something else. */
  let hasChanged = false;
  const names = round.rungs.map(({ name }) => name);
  const isDone = (one: SceneChunk) => isKept(state.current.parts ?? [], names, keyOf(one, film, frameRate));
  const isVoid = (one: SceneChunk) =>
    isReplaced(state.current.parts ?? [], names, keyOf(one, film, frameRate));
  const divide = async (workers: number) => {
    const chunks = await toChunks(reader, film);
    hasChanged = chunks.some(isVoid);
    const clips = await lengthsOfAll(texts, film);
    const isMade = await Promise.all(chunks.map(async (one) => isDone(one) || (await encoder.isKnown(one))));
    if (hasChanged) return;
    const current = chunk?.index ?? 0;
    const split = divideScenes(round, { chunks, isMade, current, workers, frameRate, clips });
    if (split === null) return;
    shareEndMs = split.headEndMs;
    log.info({ chunks: chunks.length, endMs: shareEndMs, workers }, "drawing.divided");
    // The other tasks wait for it.
    state.update((before) => ({ ...before, split }), "NOW");
  };
  const planned = async () => {
    if (isRest) return;
    await reader.allPlanned;
    // What is first told of a source counts.
    film.onCounted(withCounts(film.planned, { ...counts, counted: reader.counted }, hasAudio));
    if (film.workers !== undefined) await divide(film.workers);
    if (hasChanged) return;
    await film.onPlanned(own, sounds);
  };
  const announced = planned();
  announced.catch(() => undefined);
  try {
    encoder.begin();
    const firstChunkMs = Promise.withResolvers<number>();
    firstChunkMs.promise.catch(() => undefined);
    if (hasAudio && !isRest)
      encoder.feed(
        film.mix(own, stretches(reader, firstChunkMs.promise, { sounds, signal: encoder.signal })),
      );
    let upcoming = nextChunk(reader, film, { first, startFrame: from, index: 0 });
    for (chunk = await upcoming; chunk !== null; chunk = await upcoming) {
      const { index, startFrame, frames, end } = chunk;
      // The rest is spoken first, so that others can begin; a viewer watches the first chunk meanwhile.
      if (index === 1 && film.workers !== undefined)
        await within(startMsOf(startFrame, frameRate) * WAITED_SHARE, announced);
      if (hasChanged) return null;
      // Other tasks draw the rest.
      if (shareEndMs != null && startMsOf(startFrame, frameRate) >= shareEndMs) break;
      const one = chunk;
      if (index === 0) firstChunkMs.resolve(startMsOf(frames, frameRate));
      const goOn = () => {
        upcoming = nextChunk(reader, film, {
          first: end,
          startFrame: startFrame + frames,
          index: index + 1,
        });
        upcoming.catch(() => undefined);
      };
      if (isDone(one)) {
        goOn();
        continue;
      }
      if (index < chunksKept || isVoid(one)) {
        if (scenes) throw differs(`scene ${one.first} shows something else`);
        return null;
      }
      let isDrawn = false;
      await encoder.encodePlanned(one, () => {
        isDrawn = true;
        return reader.draw(one, goOn);
      });
      if (!isDrawn) goOn();
    }
    await reader.untilPlanned(reader.count);
    await reader.end();
    await announced;
    if (hasChanged) return null;
    return await encoder.finish();
  } catch (error) {
    // Another encode may have failed first, and ended this one.
    throw encoder.signal.aborted ? encoder.signal.reason : error;
  }
}

/** All chunks, once everything is planned. */
async function toChunks(reader: SceneReader, film: OrderedScenes): Promise<SceneChunk[]> {
  const chunks: SceneChunk[] = [];
  let next = { first: 0, startFrame: 0, index: 0 };
  for (;;) {
    const chunk = await nextChunk(reader, film, next);
    if (chunk === null) return chunks;
    chunks.push(chunk);
    next = { first: chunk.end, startFrame: chunk.startFrame + chunk.frames, index: chunk.index + 1 };
  }
}

/** Lengths of the texts, which another task may have determined. This one speaks them for the audio. */
function lengthsOf(
  texts: readonly SpokenText[],
  film: OrderedScenes,
): ReadonlyMap<string, Promise<number | null>> {
  const { scenes } = film;
  if (scenes === undefined) return film.speak(texts);
  const spoken = scenes.isFirst ? film.speak(texts) : null;
  const lengthOf = async (id: string) => {
    await spoken?.get(id);
    return scenes.clips[id] ?? null;
  };
  const lengths = new Map(texts.map(({ id }) => [id, lengthOf(id)]));
  for (const length of lengths.values()) length.catch(() => undefined);
  return lengths;
}

async function lengthsOfAll(texts: readonly SpokenText[], film: OrderedScenes) {
  const lengths = [...lengthsOf(texts, film)].map(async ([id, length]) => [id, await length] as const);
  return Object.fromEntries(await Promise.all(lengths));
}

const differs = (how: string) =>
  retriableError(
    "WORKER",
    "SCENES_DIFFER",
    `Several tasks draw this video, and ${how} than the first one has planned. Run workers of one release, or retry the job, which plans it again.`,
  );

/** The chunk that begins with a scene, once it is known what it shows; null: there is none. */
async function nextChunk(
  reader: SceneReader,
  { look, scenes: share }: OrderedScenes,
  { first, startFrame, index }: { first: number; startFrame: number; index: number },
): Promise<SceneChunk | null> {
  if (first >= reader.count) return null;
  const own = share?.chunks.find((chunk) => chunk.first === first);
  if (share !== undefined && own === undefined) return null;
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
    (own
      ? end < own.end
      : !isCut({ startFrame, frames, counted: startFrame + frames + reader.estimatedAfter(end), frameRate }))
  );
  if (own && (own.end !== end || own.frames !== frames || own.startFrame !== startFrame))
    throw differs(`scenes ${first} to ${end - 1} have another length`);
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

/** Where a chunk is, and what it shows. */
interface ChunkKey {
  startMs: number;
  endMs: number;
  sha256: string;
  /** Null: any. Workers of one job may have several releases. */
  painter: string | null;
}

const keyOf = (
  { startFrame, frames, digest }: SceneChunk,
  { painter, scenes }: OrderedScenes,
  frameRate: number,
): ChunkKey => ({
  startMs: startMsOf(startFrame, frameRate),
  endMs: startMsOf(startFrame + frames, frameRate),
  sha256: digest.end().sha256,
  painter: scenes ? null : painter,
});

const isEqual = ({ startMs, drawn }: RenditionPart, key: ChunkKey): boolean =>
  startMs === key.startMs &&
  drawn?.sha256 === key.sha256 &&
  (key.painter === null || drawn.painter === key.painter);

/** Whether another attempt has finished a chunk for all renditions. Pure. */
const isKept = (parts: readonly RenditionPart[], renditions: readonly string[], key: ChunkKey): boolean =>
  renditions.every((name) => parts.some((part) => part.rendition === name && isEqual(part, key)));

/** Whether another attempt has finished something else in a chunk's place. Pure. */
const isReplaced = (parts: readonly RenditionPart[], renditions: readonly string[], key: ChunkKey): boolean =>
  parts.some(
    (part) =>
      renditions.includes(part.rendition) &&
      part.isComplete &&
      part.startMs >= key.startMs &&
      part.startMs < key.endMs &&
      !isEqual(part, key),
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
