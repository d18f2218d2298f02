import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlaylistSegment } from "@reelay/contracts";
import {
  codecString,
  moveFragments,
  readTrackClock,
  retimeSegment,
  type TrackClock,
} from "@reelay/media-container";
import type { ObjectStore } from "@reelay/object-store";
import { retriableError } from "../../errors.ts";
import { storeOnce } from "../../store/index.ts";
import type { RenderSpan } from "../timeline/index.ts";
import { type CutSegment, SegmentCutter } from "./cut-segments.ts";
import { joinPieces } from "./join-pieces.ts";
import { parseMediaPlaylist } from "./media-playlist.ts";
import type { RenditionSink, StoredInit, StoredRendition } from "./rendition-sink.ts";
import { readSegmentTiming } from "./segment-timing.ts";

interface RenditionOptions {
  store: ObjectStore;
  /** ffmpeg's output directory for this rendition. */
  directory: string;
  /** What all keys in the store begin with. */
  keyPrefix: string;
  /** The time to which segments are moved that begin at 0. Default 0. */
  startSeconds?: number;
  files: { playlist: string; init: string };
  kind: "video" | "audio";
  /** Part of the timeline. Segment borders are those of the whole video. */
  span: RenderSpan;
  /** Duration of a frame; null if it varies. */
  frameMs: number | null;
  /** When the video's first frame is shown, whichever part is rendered. Default 0. */
  firstPictureMs?: number;
  /** End of the last frame, as the container states it. */
  picturesEndMs?: number | null;
  segmentDurationMs: number;
  signal: AbortSignal;
  /** Examines each segment before it is stored. An error ends publishing. */
  check?: (path: string) => Promise<void>;
  /** Receives the stored segments after each step. */
  sink: RenditionSink;
  /** Called once if publishing fails permanently. */
  onFailed: (error: unknown) => void;
}

/** Polling intervals, with and without the system's change notifications. */
const pollMs = { watched: 2_000, unwatched: 500 };

/**
 * Stores one rendition while ffmpeg writes it: the initialization segment, then each segment as soon as its
 * last piece is complete. The sink announces exactly what is stored. Stored files are removed locally, so
 * that the temporary disk holds only a few segments of any video.
 */
export class RenditionPublisher implements AsyncDisposable {
  readonly #options: RenditionOptions;
  readonly #cutter: SegmentCutter;
  readonly #segments: StoredRendition["segments"][number][] = [];
  /** Pieces of ffmpeg's playlist that the cutter has received. */
  #pieces = 0;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #hasFailed = false;
  #init: StoredInit | null = null;
  #clock: TrackClock | null = null;
  #isComplete = false;
  #isStoring = false;

  constructor(options: RenditionOptions) {
    this.#options = options;
    this.#cutter = new SegmentCutter(options);
  }

  /** Whether everything is stored and announced. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether a segment is being stored. */
  get isStoring(): boolean {
    return this.#isStoring;
  }

  get storedBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, this.#init?.sizeBytes ?? 0);
  }

  /** Stored part of the rendition, in milliseconds. */
  get storedMs(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.durationMs, 0);
  }

  /** Starts to follow the folder by notifications and polling. */
  start(): void {
    try {
      this.#watcher = watch(this.#options.directory, (_event, file) => {
        if (file === this.#options.files.playlist) this.#scanSoon();
      });
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      this.#watcher = null;
    }
    this.#timer = setInterval(() => this.#scanSoon(), this.#watcher ? pollMs.watched : pollMs.unwatched);
  }

  /**
   * Publishes the rest after ffmpeg exited successfully. Throws if storing failed or the playlist has no end.
   * False if ffmpeg wrote nothing and that is allowed.
   */
  async finish({ mayBeEmpty = false } = {}): Promise<boolean> {
    this.#stop();
    await this.#running;
    await this.#scan({ isOver: true });
    if (mayBeEmpty && this.#segments.length === 0) return false;
    if (!this.#isComplete) {
      throw retriableError(
        "WORKER",
        "RENDITION_INCOMPLETE",
        `ffmpeg exited without finishing the playlist in ${this.#options.keyPrefix}. Another attempt may succeed.`,
      );
    }
    return true;
  }

  /** Announces that the rendition is complete and empty. */
  publishNothing(): Promise<void> {
    return this.#publish(true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await this.#running?.catch(() => undefined);
  }

  #stop(): void {
    this.#watcher?.close();
    this.#watcher = null;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #scanSoon(): void {
    if (this.#hasFailed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#scan()
      .catch((error: unknown) => {
        this.#hasFailed = true;
        this.#stop();
        this.#options.onFailed(error);
      })
      .finally(() => {
        this.#running = null;
        if (this.#again && this.#timer) {
          this.#again = false;
          this.#scanSoon();
        }
      });
  }

  /**
   * Until ffmpeg has exited successfully, an end in its playlist means nothing: it also writes one when a
   * signal stops it.
   */
  async #scan({ isOver } = { isOver: false }): Promise<void> {
    const { directory, files, signal } = this.#options;
    signal.throwIfAborted();
    const text = await readFile(join(directory, files.playlist), "utf8").catch(() => null);
    if (text === null || this.#isComplete) return;
    const local = parseMediaPlaylist(text);
    // ffmpeg writes an empty piece if there was nothing to encode.
    const pieces = local.segments.filter(({ durationMs }) => durationMs > 0);
    if (pieces.length === 0 || (local.isComplete && !isOver)) return;
    if (this.#init === null) await this.#storeInit();
    const before = this.#segments.length;
    for (const piece of pieces.slice(this.#pieces)) {
      await this.#take(piece, local.isComplete && piece === pieces.at(-1));
      // The first segment is published separately, since the variant plays with it.
      if (before === 0 && this.#segments.length === 1) await this.#publish(false);
    }
    if (local.isComplete) await this.#store(this.#cutter.rest());
    if (local.isComplete || this.#segments.length > Math.max(before, 1))
      await this.#publish(local.isComplete);
  }

  async #take(piece: PlaylistSegment, isLast: boolean): Promise<void> {
    this.#pieces += 1;
    const needsTiming = isLast || !this.#cutter.hasBegun;
    const path = join(this.#options.directory, piece.uri);
    const timing = needsTiming && this.#clock !== null ? await readSegmentTiming(path, this.#clock) : null;
    if (!this.#cutter.hasBegun) this.#cutter.begin(timing?.startMs ?? null);
    // ffmpeg's playlist is exact up to the next piece; for the last one it only adds up the packets'
    // durations.
    const durationMs = (isLast ? timing?.durationMs : null) ?? piece.durationMs;
    await this.#store(this.#cutter.add({ ...piece, durationMs }, isLast));
  }

  async #storeInit(): Promise<void> {
    const { store, directory, keyPrefix, files, kind, signal } = this.#options;
    const init = await readFile(join(directory, files.init));
    const codecs = codecString(init);
    if (codecs === null) {
      throw retriableError(
        "INTERNAL",
        "CODEC_UNREADABLE",
        `The codec of ${keyPrefix}${files.init} could not be read.`,
      );
    }
    const key = keyPrefix + files.init;
    await storeOnce(store, key, init, { contentType: `${kind}/mp4`, signal });
    this.#clock = readTrackClock(init);
    const sha256 = createHash("sha256").update(init).digest("hex");
    this.#init = { key, sha256, codecs, sizeBytes: init.length };
  }

  async #store(segment: CutSegment | null): Promise<void> {
    if (segment === null) return;
    const { store, directory, keyPrefix, kind, signal } = this.#options;
    const { path, sizeBytes } = await joinPieces(directory, segment.pieces);
    await this.#options.check?.(path);
    const placedBytes = await this.#putOnTimeline(path, segment);
    const key = `${keyPrefix}${String(this.#segments.length).padStart(5, "0")}.m4s`;
    this.#isStoring = true;
    await storeOnce(store, key, { path }, { contentType: `${kind}/mp4`, signal });
    this.#isStoring = false;
    this.#segments.push({ key, durationMs: segment.durationMs, sizeBytes: placedBytes ?? sizeBytes });
  }

  /**
   * Moves a segment to its time. At a variable rate its samples also get the durations for which they are
   * shown. Returns its size; null if it is as it was.
   */
  async #putOnTimeline(path: string, { lastPieceMs }: CutSegment): Promise<number | null> {
    const { startSeconds = 0, keyPrefix, kind, frameMs } = this.#options;
    const isHeld = kind === "video" && frameMs === null;
    if (startSeconds === 0 && !isHeld) return null;
    const { timeScale, zeroTicks } = this.#clock ?? { timeScale: 0, zeroTicks: 0 };
    const own = await readFile(path);
    const lastFragmentTicks = Math.round((lastPieceMs * timeScale) / 1000);
    // As the encoder wrote it, a segment also plays.
    const segment = (isHeld ? retimeSegment(own, { leadTicks: zeroTicks, lastFragmentTicks }) : null) ?? own;
    if (timeScale === 0 || !moveFragments(segment, Math.round(startSeconds * timeScale)))
      throw retriableError("INTERNAL", "SEGMENT_UNREADABLE", `A segment of ${keyPrefix} could not be moved.`);
    await writeFile(path, segment);
    return segment.length;
  }

  async #publish(isComplete: boolean): Promise<void> {
    await this.#options.sink.publish({ init: this.#init, segments: [...this.#segments], isComplete });
    this.#isComplete = isComplete;
  }
}
