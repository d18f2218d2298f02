import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PlaylistSegment } from "@reelay/contracts";
import { codecString, readTrackClock, type TrackClock } from "@reelay/media-container";
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
  /** Where ffmpeg writes this rendition. */
  directory: string;
  /** Where it goes, ending in `/`. */
  keyPrefix: string;
  files: { playlist: string; init: string };
  kind: "video" | "audio";
  /** Of the timeline; borders of segments lie where they do in the whole video. */
  span: RenderSpan;
  /** How long a picture (or a frame of sound) is shown; null where that varies. */
  frameMs: number | null;
  /** When the video's first picture is shown, whichever part is made. Default 0. */
  firstPictureMs?: number;
  /** When its last picture ends, as far as the container says. */
  picturesEndMs?: number | null;
  segmentDurationMs: number;
  signal: AbortSignal;
  /** Looks at each segment before it is stored; what it throws ends the publishing. */
  check?: (path: string) => Promise<void>;
  /** Told after each step what is stored. */
  sink: RenditionSink;
  /** Called once when publishing has failed for good. */
  onFailed: (error: unknown) => void;
}

/** Where the system tells of changes, in case it did not; and where it cannot. */
const pollMs = { watched: 2_000, unwatched: 500 };

/**
 * Brings one rendition into the store while ffmpeg writes it: the initialisation segment, then every segment as soon as its last piece is finished, and
 * lets the sink make known exactly what is stored. What is stored is removed locally, so that the temporary disk holds a few segments however
 * long the video is.
 */
export class RenditionPublisher implements AsyncDisposable {
  readonly #options: RenditionOptions;
  readonly #cutter: SegmentCutter;
  readonly #segments: StoredRendition["segments"][number][] = [];
  /** Of ffmpeg's playlist, those that the cutter has. */
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

  /** Everything is stored and made known. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** A segment is on its way to the store. */
  get isStoring(): boolean {
    return this.#isStoring;
  }

  get storedBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, this.#init?.sizeBytes ?? 0);
  }

  /** How much of the rendition is stored, in milliseconds. */
  get storedMs(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.durationMs, 0);
  }

  /** Begins to follow the folder: told by the system, and looking every half second where it does not tell. */
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
   * After ffmpeg ended well: publishes the rest. Throws when something could not be stored or the playlist has no end. False when
   * ffmpeg wrote nothing and that is allowed.
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
        `ffmpeg ended without finishing the playlist in ${this.#options.keyPrefix}; another attempt may get through.`,
      );
    }
    return true;
  }

  /** Makes known that the rendition is complete and empty. */
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

  /** Until ffmpeg is known to have ended well, an end in its playlist says nothing: it writes one, too, when a signal cuts it short. */
  async #scan({ isOver } = { isOver: false }): Promise<void> {
    const { directory, files, signal } = this.#options;
    signal.throwIfAborted();
    const text = await readFile(join(directory, files.playlist), "utf8").catch(() => null);
    if (text === null || this.#isComplete) return;
    const local = parseMediaPlaylist(text);
    // Where there was nothing to encode, ffmpeg writes an empty piece.
    const pieces = local.segments.filter(({ durationMs }) => durationMs > 0);
    if (pieces.length === 0 || (local.isComplete && !isOver)) return;
    if (this.#init === null) await this.#storeInit();
    const before = this.#segments.length;
    for (const piece of pieces.slice(this.#pieces)) {
      await this.#take(piece, local.isComplete && piece === pieces.at(-1));
      // The first segment is worth a publication of its own: with it the variant plays.
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
    // Up to the next piece ffmpeg's playlist is exact; of the last one it only adds up what packets claim.
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
    const key = `${keyPrefix}${String(this.#segments.length).padStart(5, "0")}.m4s`;
    this.#isStoring = true;
    await storeOnce(store, key, { path }, { contentType: `${kind}/mp4`, signal });
    this.#isStoring = false;
    this.#segments.push({ key, durationMs: segment.durationMs, sizeBytes });
  }

  async #publish(isComplete: boolean): Promise<void> {
    await this.#options.sink.publish({ init: this.#init, segments: [...this.#segments], isComplete });
    this.#isComplete = isComplete;
  }
}
