/** Settings of a test run: which ffmpeg to use, and whether to show the worker's log. */
export const testEnv = process.env;
