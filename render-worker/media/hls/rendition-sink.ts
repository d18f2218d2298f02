import type { StoredSegment } from "@reelay/contracts";

/** An initialisation segment in the store. */
export interface StoredInit {
  key: string;
  sha256: string;
  /** RFC 6381. */
  codecs: string;
  sizeBytes: number;
}

/** What of a rendition is in the store. */
export interface StoredRendition {
  /** Null only where nothing was made. */
  init: StoredInit | null;
  segments: readonly (StoredSegment & { key: string })[];
  /** Nothing comes after these. */
  isComplete: boolean;
}

/** Makes known what is stored of a rendition: as a playlist, or as a part that the API joins with others. */
export interface RenditionSink {
  publish(stored: StoredRendition): Promise<void>;
}
