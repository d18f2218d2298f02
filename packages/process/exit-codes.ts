/** Exit codes by which a program says how it ended. A supervisor restarts it after none of them. */
export const exitCodes = {
  /** Everything that was asked of it is done. */
  DONE: 0,
  /** Its settings are wrong, or it could not stop in time. */
  REFUSED: 1,
  /** A worker's join token is used, expired, revoked or unknown. */
  JOIN_REFUSED: 3,
  /** A worker has no working encoder or other tool for any kind of task. */
  UNABLE: 4,
  /** A worker that was to drain received a stop signal or a notice first. */
  TOLD_TO_LEAVE: 5,
} as const;

const intended: ReadonlySet<number> = new Set(Object.values(exitCodes));

/** Whether a program chose this code. */
export const isIntended = (code: number): boolean => intended.has(code);
