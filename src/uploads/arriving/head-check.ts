/** A file that has arrived up to `storedBytes` of its `sizeBytes`. */
export interface ArrivingFile {
  storedBytes: number;
  sizeBytes: number;
  /** Exactly these bytes; called only below `storedBytes`. */
  read(at: number, length: number): Promise<Buffer>;
}

export interface HeadWish {
  /** The required part of its beginning, in milliseconds. */
  headMs: number;
  /** Videos up to this length, in milliseconds, get no head. */
  longerThanMs: number;
}

/**
 * `THERE`: a demuxer has everything for the head and need not wait. `WAITS`: check again at `bytes`. `NEVER`:
 * this file cannot be started before it is complete.
 */
export type HeadCheck = { kind: "THERE" } | { kind: "WAITS"; bytes: number } | { kind: "NEVER" };

/** The state of the check of a file, so that the next one continues from there. */
export interface HeadScan {
  /** Position of the next top-level box or element. */
  at: number;
  /** Number of those before it. */
  count: number;
  /** Information collected so far. */
  matroska: { info: { scaleNs: number; durationMs: number } | null; hasTracks: boolean };
}

export const startScan = (): HeadScan => ({
  at: 0,
  count: 0,
  matroska: { info: null, hasTracks: false },
});

export const never: HeadCheck = { kind: "NEVER" };
export const waitsFor = (bytes: number): HeadCheck => ({ kind: "WAITS", bytes });
