/** How long a result is kept, and answers equal inputs, in milliseconds. */
export const KEPT_MS = 3_600_000;
/** A message without an answer for this long is sent again: longer than almost every check takes. */
export const RESEND_MS = 30_000;
/** Messages for one check. */
export const MAX_SENDS = 3;
/** How long a check waits for a worker that can do it, in milliseconds. */
export const PATIENCE_MS = 60_000;
/** Checks of a workspace that may be pending at a time: workers do them beside their tasks. */
export const MAX_PENDING = 8;
