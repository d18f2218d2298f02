import {
  formatMediaPlaylist,
  measureBandwidth,
  type PublishedPlaylist,
  type RenditionPart,
  type StoredSegment,
} from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { retryStore } from "../../store/index.ts";
import type { RenderSpan } from "../timeline/index.ts";

/** An initialization segment in the store. */
export interface StoredInit {
  key: string;
  sha256: string;
  /** RFC 6381. */
  codecs: string;
  sizeBytes: number;
}

/** The stored part of a rendition. */
export interface StoredRendition {
  /** Null only for an empty rendition. */
  init: StoredInit | null;
  segments: readonly (StoredSegment & { key: string })[];
  /** Whether these are all segments. */
  isComplete: boolean;
}

/** Announces the stored part of a rendition: as a playlist, or as a part that the API joins with others. */
export interface RenditionSink {
  publish(stored: StoredRendition): Promise<void>;
}

/** Reports the stored segments. Writes no playlist, since only the API knows all parts. */
export class PartSink implements RenditionSink {
  readonly #rendition: string;
  readonly #span: RenderSpan;
  readonly #onPart: (part: RenditionPart) => void;

  constructor(rendition: string, span: RenderSpan, onPart: (part: RenditionPart) => void) {
    this.#rendition = rendition;
    this.#span = span;
    this.#onPart = onPart;
  }

  async publish({ init, segments, isComplete }: StoredRendition): Promise<void> {
    this.#onPart({
      rendition: this.#rendition,
      ...this.#span,
      initKey: init?.key ?? "",
      initSha256: init?.sha256 ?? "",
      codecs: init?.codecs ?? "",
      segments: segments.map(({ key, durationMs, sizeBytes }) => ({ key, durationMs, sizeBytes })),
      isComplete,
    });
  }
}

interface PlaylistOptions {
  store: ObjectStore;
  /** Key of the playlist. Its objects are beside it. */
  key: string;
  segmentDurationMs: number;
  /** Maximum bits per second of a segment, announced until the real peak is known. */
  ceilingBps: number;
  signal: AbortSignal;
  /** Called after each publication. */
  onPublished: (playlist: PublishedPlaylist) => void;
}

/** Writes the rendition's own playlist, which lists exactly the stored segments. */
export class PlaylistSink implements RenditionSink {
  readonly #options: PlaylistOptions;

  constructor(options: PlaylistOptions) {
    this.#options = options;
  }

  async publish({ init, segments, isComplete }: StoredRendition): Promise<void> {
    const { store, key, segmentDurationMs, ceilingBps, signal, onPublished } = this.#options;
    if (init === null) return;
    const text = formatMediaPlaylist(
      { segments: segments.map((segment) => ({ ...segment, uri: fileOf(segment.key) })), isComplete },
      { initUri: fileOf(init.key), segmentDurationMs },
    );
    await retryStore(`store ${key}`, signal, () =>
      store.put(key, text, {
        contentType: "application/vnd.apple.mpegurl",
        signal,
      }),
    );
    const { peakBps, averageBps } = measureBandwidth(segments, segmentDurationMs);
    const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, init.sizeBytes);
    onPublished({
      key,
      codecs: init.codecs,
      bandwidthBps: isComplete ? peakBps : Math.max(peakBps, ceilingBps),
      averageBandwidthBps: averageBps,
      segments: segments.length,
      durationMs: Math.round(segments.reduce((sum, { durationMs }) => sum + durationMs, 0) * 1000) / 1000,
      sizeBytes,
      isComplete,
    });
  }
}

const fileOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
