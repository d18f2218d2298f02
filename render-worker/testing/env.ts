/** What a test run may be told: which ffmpeg to use, and whether to show the worker's log. */
export const testEnv = process.env;
