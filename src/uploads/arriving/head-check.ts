/** A file that is there from its beginning up to `storedBytes`, of `sizeBytes` that it will have. */
export interface ArrivingFile {
  storedBytes: number;
  sizeBytes: number;
  /** Exactly these bytes; asked for only below `storedBytes`. */
  read(at: number, length: number): Promise<Buffer>;
}

export interface HeadWish {
  /** So much of its beginning must be there, milliseconds. */
  headMs: number;
  /** Of videos up to this length, milliseconds, no head is made. */
  longerThanMs: number;
}

/**
 * `THERE`: all that a demuxer needs for the head, so that nothing of it would have to be waited for. `WAITS`: look again when there are `bytes`.
 * `NEVER`: this file cannot be begun before it is whole.
 */
export type HeadCheck = { kind: "THERE" } | { kind: "WAITS"; bytes: number } | { kind: "NEVER" };

/** Where the look at a file stands, so that the next one, when there is more of it, goes on from there. */
export interface HeadScan {
  /** Where the next box or element begins at the top of the file. */
  at: number;
  /** Of those before it. */
  count: number;
  /** What was learnt on the way. */
  matroska: { info: { scaleNs: number; durationMs: number } | null; hasTracks: boolean };
}

export const startScan = (): HeadScan => ({
  at: 0,
  count: 0,
  matroska: { info: null, hasTracks: false },
});

export const never: HeadCheck = { kind: "NEVER" };
export const waitsFor = (bytes: number): HeadCheck => ({ kind: "WAITS", bytes });
