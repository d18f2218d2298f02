/** Questions that one generation may ask for. */
export const MAX_COUNT = 50;
export const MAX_TOPIC_LENGTH = 80;
export const MAX_AVOIDED = 200;
/** Characters of a text that is to be avoided. */
export const MAX_AVOIDED_LENGTH = 200;
/** Sets of a workspace that may be generated at a time. */
export const MAX_GENERATING = 8;
/** Size of an imported text: as large as a request of the API may be. */
export const MAX_IMPORT_BYTES = 1024 ** 2;
/** Size of an imported file, which is uploaded as a material. */
export const MAX_FILE_BYTES = 10 * 1024 ** 2;
/** A generation ends within this time, in milliseconds, with the questions that it has. */
export const DEADLINE_MS = 120_000;
/** After this time without an end, another process takes a generation over: longer than the deadline. */
export const LEASE_MS = 150_000;
/** Times that a generation is begun, if processes end in the middle of it. */
export const MAX_ATTEMPTS = 3;
/** Earlier questions of the topic that a new set does not repeat. */
export const MAX_KNOWN = 2_000;
