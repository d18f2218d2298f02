/** Lines of a table without its header. */
export const MAX_LINES = 10_000;
/** Size of a table: as large as a material may be by default. */
export const MAX_TABLE_BYTES = 20 * 1024 ** 2;
/** Issues that are kept of one row. */
export const MAX_ROW_ISSUES = 100;
/** Batches of a workspace that may be checked at a time. */
export const MAX_CHECKING = 8;
/** Batches that a workspace may have. */
export const MAX_BATCHES = 1_000;
export const MAX_TITLE_LENGTH = 200;
/** Videos of a batch that are queued or rendered at a time. */
export const DEFAULT_MAX_ACTIVE = 50;
export const MOST_MAX_ACTIVE = 1_000;
/** Rows that one transaction of the check writes. */
export const CHECKED_AT_A_TIME = 200;
/** Rows whose videos are requested before a process looks again at the batch. */
export const STARTED_AT_A_TIME = 50;
/** Requests for videos that a process sends at the same time. */
export const STARTED_TOGETHER = 4;
/** After this time without a renewal, another process takes a batch over, in milliseconds. */
export const LEASE_MS = 30_000;
/** Times that a check is begun without advancing, if processes end in the middle of it. */
export const MAX_CHECK_TRIES = 5;
/** Fields of the columns that describe the video and not its data. */
export const MAX_KEY_LENGTH = 200;
