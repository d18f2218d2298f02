import { once } from "node:events";
import { PassThrough } from "node:stream";
import { audioTracksOf, type RenderState, type RenditionPart, toAudioFields } from "@reelay/contracts";
import type { SourceFile } from "../../media/probe/index.ts";
import { wholeSpan } from "../../media/timeline/index.ts";
import {
  ByteRing,
  type Counts,
  type FilmFrame,
  ReadAhead,
  readAheadBytes,
  toFilm,
  toSoundtrack,
} from "../../painting/index.ts";
import {
  type Backdrop,
  joinMade,
  type LivePictures,
  type Made,
  type Piece,
  planRecipes,
  type RenderAttempt,
  type RenderRound,
  renderAndPublish,
  toAudioState,
  withPart,
} from "../render/index.ts";
import { digestOfFrame } from "./chunk-digest.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import { ChunkSink, startMsOf } from "./chunk-sink.ts";
import type { Chunk, PlannedChunk } from "./chunks.ts";
import { copyChunk } from "./copy-chunk.ts";
import { fitsAt, hasRecipes, type KnownChunk } from "./known-chunk.ts";
import { matchChunk } from "./match-chunk.ts";
import { Reporters } from "./reporters.ts";

/** Samples that wait for the encoder: some seconds. */
const WAITING_SAMPLES = 4;
const REPORT_MS = 500;
/** Only what is stored is done. */
const ALMOST = 0.999;

interface EncodedDrawing {
  /** The frames as a source. Without a length, its sound has none before its end. */
  source: SourceFile;
  /** Length of the video, for its progress; null: unknown. */
  videoMs: () => number | null;
  /** As in `Piece`. Default: all of the video. */
  share?: () => Piece["share"];
  counts: Counts;
  /** Name and version of the painter. */
  painter: string;
  /** Finished chunks of other animations. */
  known: readonly KnownChunk[];
  /** Finished chunks of the workspace, for planned ones; null: there is none. */
  index: ChunkIndex | null;
  /** The clip behind a planned chunk, whose frames have alpha. Absent: none. */
  backdrop?: ((chunk: { sha256: string; frames: number }) => Backdrop) | undefined;
  /** Detail of the drawing's progress. */
  progress: LivePictures["progress"];
  onStep: LivePictures["onStep"];
}

/**
 * Encodes the chunks of a drawing one after the other. Of a script, the next one begins once the one before
 * is stored. Of scenes that can be drawn in any order, it begins while the segments of the one before are
 * stored or, if memory allows, once all its frames are drawn. A chunk with the frames of a known one is
 * copied instead. The sound is one encode of the whole timeline beside them. The
 * first failure ends all.
 */
export class ChunkEncoder implements AsyncDisposable {
  readonly #attempt: RenderAttempt;
  readonly #round: RenderRound;
  readonly #drawing: EncodedDrawing;
  readonly #failure = new AbortController();
  readonly #chunks: Promise<Made>[] = [];
  readonly #reporters = new Reporters();
  /** Memory of frames that are read ahead, by turns. */
  readonly #rings: ByteRing[] = [];
  #samples: PassThrough | null = null;
  #sound: Promise<Made> | null = null;
  #fed: Promise<void> | null = null;

  constructor(attempt: RenderAttempt, round: RenderRound, drawing: EncodedDrawing) {
    const signal = AbortSignal.any([attempt.signal, this.#failure.signal]);
    this.#attempt = { ...attempt, signal };
    this.#round = round;
    this.#drawing = drawing;
    drawing.onStep(() => this.#reporters.report());
  }

  /** Aborted with the reason when an encode fails. */
  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  /** Begins to encode the sound, unless there is none or it is finished. */
  begin(): void {
    const { state, task } = this.#attempt;
    const { source } = this.#drawing;
    const names = new Set(this.#round.rungs.map(({ name }) => name));
    state.update((before) => ({
      ...before,
      variants: before.variants.map((variant) =>
        names.has(variant.name) ? { ...variant, status: "RENDERING" } : variant,
      ),
    }));
    const tracks = audioTracksOf(state.current);
    const finished = tracks.filter(({ playlist }) => playlist?.isComplete);
    const audioTracks = source.audioTracks.filter(({ name }) =>
      finished.every((track) => track.name !== name),
    );
    state.update((before) => ({
      ...before,
      ...toAudioFields([...finished, ...audioTracks.map((track) => toAudioState(track, source, task, []))]),
    }));
    if (audioTracks.length === 0) return;
    const samples = new PassThrough({ objectMode: true, highWaterMark: WAITING_SAMPLES });
    this.#samples = samples;
    this.#sound = this.#guarded(
      this.#within("sound", (attempt) =>
        renderAndPublish(attempt, {
          ...{ ...this.#round, source, rungs: [], audioTracks, reportsProgress: () => false },
          pictures: {
            open: (onFailed) => toSoundtrack(samples, onFailed),
            progress: () => ({}),
            onStep: () => undefined,
          },
        }),
      ),
    );
  }

  /** Resolves when more samples can be taken. */
  async takeSamples(bytes: Buffer): Promise<void> {
    if (this.#samples?.write(bytes) === false) await once(this.#samples, "drain", { signal: this.signal });
  }

  /** Takes the samples of the whole timeline beside the chunks, unless the sound is finished. */
  feed(samples: AsyncIterable<Buffer>): void {
    if (this.#samples === null) return;
    const takeAll = async () => {
      for await (const bytes of samples) await this.takeSamples(bytes);
    };
    this.#fed = this.#guarded(takeAll());
  }

  /** Resolves when the chunk is encoded, or copied from another animation. */
  async encode(chunk: Chunk): Promise<void> {
    // What is drawn of a script is lost with the worker until it is stored.
    await this.#chunks.at(-1);
    if (this.#round.rungs.length === 0) {
      // Only the sound is left.
      for await (const _drawn of chunk.read());
      return;
    }
    const candidates = await this.#findCandidates(chunk);
    if (candidates.length === 0) return await this.#encodeFrames(chunk, chunk.read());
    const held = this.#reportHeld(chunk);
    const { equal, frames } = await matchChunk(chunk, candidates, held.onFrame).finally(held.end);
    if (equal === null || !(await this.#copy(chunk, equal))) await this.#encodeFrames(chunk, frames);
  }

  /**
   * Resolves when a chunk is copied from a known one, or encoded. Its digest names what decides its frames.
   *
   * @param draw its frames, drawn as they are read; called unless it is copied
   */
  async encodePlanned(chunk: PlannedChunk, draw: () => AsyncIterable<FilmFrame>): Promise<void> {
    // Its folder is removed: at most two chunks are on the disk.
    await this.#chunks.at(-2);
    for await (const equal of this.#findEqual(chunk)) if (await this.#copy(chunk, equal)) return;
    await this.#encodeFrames(chunk, draw());
  }

  /** Whether a finished chunk of another video can probably be copied. */
  async isKnown(chunk: PlannedChunk): Promise<boolean> {
    for await (const _equal of this.#findEqual(chunk)) return true;
    return false;
  }

  /** Resolves when everything is stored. */
  async finish(): Promise<Made> {
    await this.#fed;
    this.#samples?.end();
    // The commands of the others differ only in their lengths.
    const last = (await Promise.all(this.#chunks)).at(-1);
    const sound = await this.#sound;
    return joinMade([last, sound].filter((made) => made != null));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#failure.abort(new Error("The drawing has ended."));
    await Promise.allSettled([...this.#chunks, this.#sound, this.#fed]);
  }

  async #encodeFrames(chunk: PlannedChunk, frames: AsyncIterable<FilmFrame>): Promise<void> {
    const { counts, progress, backdrop } = this.#drawing;
    const hasAlpha = backdrop !== undefined;
    const encoded = Promise.withResolvers<void>();
    const drawn = Promise.withResolvers<void>();
    const reporter = this.#reporters.add();
    const ring = this.#round.overlaps ? this.#takeRing() : null;
    const encode = async (attempt: RenderAttempt) => {
      using resources = new DisposableStack();
      const open = () => {
        if (ring === null) return frames;
        const ahead = resources.use(new ReadAhead(frames, ring));
        ahead.allRead.then(drawn.resolve, () => undefined);
        return ahead.read();
      };
      return await renderAndPublish(attempt, {
        ...this.#toWork(chunk, () => {
          encoded.resolve();
          this.#reporters.remove(reporter);
        }),
        reportsProgress: () => this.#reporters.isFirst(reporter),
        pictures: {
          open: (onFailed) => toFilm(open(), { ...counts.picture, hasAlpha }, onFailed),
          progress,
          onStep: (listener) => {
            reporter.report = listener;
            // A step begins before its first frame, with which an encode begins.
            if (this.#reporters.isFirst(reporter)) listener();
          },
        },
      });
    };
    const run = this.#guarded(this.#within(`chunk-${chunk.index}`, encode));
    this.#chunks.push(run);
    await Promise.race([encoded.promise, drawn.promise, run]);
  }

  /** Two chunks are encoded at a time at most. */
  #takeRing(): ByteRing {
    const index = this.#chunks.length % 2;
    return (this.#rings[index] ??= new ByteRing(readAheadBytes(this.#drawing.counts.picture)));
  }

  #toWork(chunk: PlannedChunk, onEncoded: () => void): RenderRound {
    const { source, counts, backdrop } = this.#drawing;
    const { startFrame, planned } = chunk;
    const { segmentDurationMs } = this.#attempt.task.profile;
    const durationMs = planned === null ? null : (planned * 1000) / counts.picture.frameRate;
    const { video, ...probe } = source.probe;
    const span = { ...wholeSpan, ...(startFrame > 0 && { firstSegmentMs: segmentDurationMs }) };
    return {
      ...this.#round,
      source: { ...source, probe: { ...probe, durationMs, video: { ...video, frames: planned } } },
      audioTracks: [],
      part: { kind: "WHOLE", span },
      ...(backdrop && { backdrop: backdrop(chunk.digest.end()) }),
      piece: this.#toPiece(chunk, onEncoded),
    };
  }

  /** Known chunks with the same first frame, which would be encoded alike. */
  async #findCandidates(chunk: Chunk): Promise<KnownChunk[]> {
    const { known, painter } = this.#drawing;
    if (known.length === 0) return [];
    const firstFrame = digestOfFrame(chunk.firstFrame);
    const alike = known.filter(({ drawn }) => drawn.firstFrame === firstFrame && drawn.painter === painter);
    return await this.#withRecipes(chunk, alike);
  }

  /** Finished chunks with the same key, which were encoded alike: known ones, and then those of the index. */
  async *#findEqual(chunk: PlannedChunk): AsyncGenerator<KnownChunk> {
    const { known, painter, index } = this.#drawing;
    const { sha256 } = chunk.digest.end();
    const alike = known.filter(({ drawn }) => drawn.sha256 === sha256 && drawn.painter === painter);
    yield* await this.#withRecipes(chunk, alike);
    if (index === null) return;
    const recipes = await planRecipes(
      this.#attempt,
      this.#toWork(chunk, () => undefined),
    );
    const found = await index.find({ painter, sha256 }, { recipes, signal: this.signal });
    if (found !== null && fitsAt(found, chunk.startFrame)) yield found;
  }

  /** Those that would be encoded alike. */
  async #withRecipes(chunk: PlannedChunk, alike: readonly KnownChunk[]): Promise<KnownChunk[]> {
    if (alike.length === 0) return [];
    const recipes = await planRecipes(
      this.#attempt,
      this.#toWork(chunk, () => undefined),
    );
    return alike.filter((one) => hasRecipes(one, recipes) && fitsAt(one, chunk.startFrame));
  }

  /** A viewer sees the animations, but no progress that an encode would take back. */
  #reportHeld(chunk: Chunk): { onFrame: () => void; end: () => void } {
    const { counts, progress } = this.#drawing;
    const { before } = this.#toPiece(chunk, () => undefined);
    const fraction = Math.min(ALMOST, chunk.startFrame / Math.max(1, counts.counted.frames));
    const idle = { fps: 0, speed: 0, etaMs: null };
    const report = (urgency?: "NOW") => {
      const variants = [...before()].map(([name, made]) => Object.assign({ name, fraction }, made, idle));
      this.#attempt.reporter.progressed(fraction, { variants, ...progress() }, urgency);
    };
    const reporter = this.#reporters.add(() => report("NOW"));
    let reportedAt = performance.now();
    return {
      onFrame: () => {
        if (performance.now() < reportedAt + REPORT_MS || !this.#reporters.isFirst(reporter)) return;
        reportedAt = performance.now();
        report();
      },
      end: () => this.#reporters.remove(reporter),
    };
  }

  /** False if the known chunk has been removed meanwhile. */
  async #copy(chunk: PlannedChunk, known: KnownChunk): Promise<boolean> {
    const { log, state } = this.#attempt;
    const { counts, painter } = this.#drawing;
    const { startFrame, index, isLast, digest } = chunk;
    const { frameRate } = counts.picture;
    const drawn = { painter, startFrame, ...digest.end() };
    const startMs = startMsOf(startFrame, frameRate);
    const endMs = isLast ? null : startMsOf(startFrame + drawn.frames, frameRate);
    const parts = await copyChunk(this.#attempt, {
      ...{ known, drawn, suffix: this.#round.suffix, renditions: this.#round.rungs.map(({ name }) => name) },
      place: { index, frameRate, startMs, endMs },
    });
    if (parts === null) return false;
    log.info({ chunk: index, copiedFrom: parts[0]?.drawn?.copiedFrom }, "chunk.copied");
    state.update((before) => parts.reduce(withPart, before));
    return true;
  }

  #toPiece(chunk: PlannedChunk, onEncoded: () => void): Piece {
    const { state } = this.#attempt;
    const { counts, videoMs, painter } = this.#drawing;
    const share = this.#drawing.share?.();
    const { frameRate } = counts.picture;
    const { startFrame, index } = chunk;
    const startSeconds = startFrame / frameRate;
    const shareSeconds = startSeconds - (share?.startMs ?? 0) / 1000;
    const isBefore = ({ startMs }: RenditionPart) =>
      startMs >= (share?.startMs ?? 0) && startMs < startMsOf(startFrame, frameRate);
    const sizeOf = (name: string) =>
      (state.current.parts ?? [])
        .filter((part) => part.rendition === name && isBefore(part))
        .flatMap(({ segments }) => segments)
        .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return {
      ...{ startSeconds, onEncoded, videoMs: videoMs(), objectPrefix: `${index}-` },
      ...(share && { share }),
      before: () =>
        new Map(
          this.#round.rungs.map((rung) => [
            rung.name,
            {
              frames: Math.round(shareSeconds * (rung.frameRate ?? frameRate)),
              sizeBytes: sizeOf(rung.name),
            },
          ]),
        ),
      sink: (rendition, recipe) =>
        new ChunkSink({ rendition, recipe, chunk, frameRate, painter }, (part) => {
          // Its first segment starts the playback, its end lets the next chunk follow.
          const isUrgent = part.isComplete || part.segments.length === 1;
          const change = (earlier: RenderState) => withPart(earlier, part);
          if (isUrgent) state.update(change);
          else state.updateSoon(change);
        }),
    };
  }

  async #within(folder: string, work: (attempt: RenderAttempt) => Promise<Made>): Promise<Made> {
    await using directory = await this.#attempt.directory.inner(folder);
    return await work({ ...this.#attempt, directory });
  }

  #guarded<T>(run: Promise<T>): Promise<T> {
    run.catch((error: unknown) => this.#failure.abort(error));
    return run;
  }
}
