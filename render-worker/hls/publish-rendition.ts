import { type FSWatcher, watch } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  formatMediaPlaylist,
  measureBandwidth,
  type PlaylistSegment,
  type PublishedPlaylist,
  type StoredSegment,
} from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { retriableError } from "../errors.ts";
import { codecString } from "./codec-string.ts";
import { parseMediaPlaylist } from "./media-playlist.ts";
import { retryStore } from "./retry-store.ts";
import { readSegmentDurationMs, readTimeScale } from "./segment-timing.ts";

export interface RenditionOptions {
  store: ObjectStore;
  /** Where ffmpeg writes this rendition. */
  directory: string;
  /** Where it goes, ending in `/`. */
  keyPrefix: string;
  files: { playlist: string; init: string };
  kind: "video" | "audio";
  segmentDurationMs: number;
  /** The most bits per second that a segment may have: announced until the real peak is known. */
  ceilingBps: number;
  signal: AbortSignal;
  /** Called after each publication. */
  onPublished: (playlist: PublishedPlaylist) => void;
  /** Called once when publishing has failed for good. */
  onFailed: (error: unknown) => void;
}

const immutable = "public, max-age=31536000, immutable";
const shortLived = "no-cache";
const pollMs = 500;

/**
 * Brings one rendition into the store while ffmpeg writes it: the initialisation segment, then every finished segment, then the
 * playlist that names exactly those. What is stored is removed locally, so that the temporary disk holds a few segments however
 * long the video is.
 */
export class RenditionPublisher implements AsyncDisposable {
  readonly #options: RenditionOptions;
  readonly #stored: (StoredSegment & PlaylistSegment)[] = [];
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #hasFailed = false;
  #codecs: string | null = null;
  #initBytes = 0;
  #timeScale: number | null = null;
  #published: PublishedPlaylist | null = null;

  constructor(options: RenditionOptions) {
    this.#options = options;
  }

  get published(): PublishedPlaylist | null {
    return this.#published;
  }

  get storedBytes(): number {
    return this.#stored.reduce((sum, segment) => sum + segment.sizeBytes, this.#initBytes);
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
    this.#timer = setInterval(() => this.#scanSoon(), pollMs);
  }

  /**
   * After ffmpeg ended well: publishes the rest. Throws when something could not be stored or the playlist has no end. Null when
   * ffmpeg wrote nothing and that is allowed.
   */
  async finish({ mayBeEmpty = false } = {}): Promise<PublishedPlaylist | null> {
    this.#stop();
    await this.#running;
    await this.#scan({ isOver: true });
    if (mayBeEmpty && this.#stored.length === 0) return null;
    if (!this.#published?.isComplete) {
      throw retriableError(
        "WORKER",
        "RENDITION_INCOMPLETE",
        `ffmpeg ended without finishing the playlist in ${this.#options.keyPrefix}; another attempt may get through.`,
      );
    }
    return this.#published;
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
    if (text === null) return;
    const local = parseMediaPlaylist(text);
    if (local.isComplete && !isOver) return;
    const fresh = local.segments.slice(this.#stored.length);
    if (fresh.length === 0 && (!local.isComplete || this.#published?.isComplete)) return;
    if (local.segments.length === 0) return;
    if (this.#codecs === null) await this.#storeInit();
    for (const segment of fresh) {
      await this.#storeSegment(segment, local.isComplete && segment === local.segments.at(-1));
      // The first segment is worth a publication of its own: with it the variant plays.
      if (this.#stored.length === 1 && fresh.length > 1) await this.#publish(false);
    }
    await this.#publish(local.isComplete);
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
    await retryStore(`store ${key}`, signal, () =>
      store.put(key, init, { contentType: `${kind}/mp4`, cacheControl: immutable, signal }),
    );
    this.#initBytes = init.length;
    this.#timeScale = readTimeScale(init);
    this.#codecs = codecs;
  }

  async #storeSegment(segment: PlaylistSegment, isLast: boolean): Promise<void> {
    const { store, directory, keyPrefix, kind, signal } = this.#options;
    const path = join(directory, segment.uri);
    const { size } = await stat(path);
    // Up to the next segment ffmpeg's playlist is exact; of the last one it only adds up what packets claim.
    const measured =
      isLast && this.#timeScale !== null ? await readSegmentDurationMs(path, this.#timeScale) : null;
    const durationMs = measured ?? segment.durationMs;
    const key = keyPrefix + segment.uri;
    await retryStore(`store ${key}`, signal, () =>
      store.adopt(key, path, { contentType: `${kind}/mp4`, cacheControl: immutable, signal }),
    );
    this.#stored.push({ uri: segment.uri, durationMs, sizeBytes: size });
  }

  async #publish(isComplete: boolean): Promise<void> {
    const { store, keyPrefix, files, segmentDurationMs, ceilingBps, signal } = this.#options;
    const key = keyPrefix + files.playlist;
    const segments = [...this.#stored];
    const text = formatMediaPlaylist({ segments, isComplete }, { initUri: files.init, segmentDurationMs });
    await retryStore(`store ${key}`, signal, () =>
      store.put(key, text, {
        contentType: "application/vnd.apple.mpegurl",
        cacheControl: shortLived,
        signal,
      }),
    );
    const { peakBps, averageBps } = measureBandwidth(segments, segmentDurationMs);
    this.#published = {
      key,
      codecs: this.#codecs ?? "",
      bandwidthBps: isComplete ? peakBps : Math.max(peakBps, ceilingBps),
      averageBandwidthBps: averageBps,
      segments: segments.length,
      durationMs: Math.round(segments.reduce((sum, { durationMs }) => sum + durationMs, 0) * 1000) / 1000,
      sizeBytes: this.storedBytes,
      isComplete,
    };
    this.#options.onPublished(this.#published);
  }
}
